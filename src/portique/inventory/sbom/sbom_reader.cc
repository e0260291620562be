#include "portique/inventory/sbom/sbom_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/sbom/cyclonedx_xml.h"
#include "portique/inventory/sbom/sbom_json.h"
#include "portique/inventory/sbom/spdx_tag_value.h"
#include "portique/inventory/sbom/text_lines.h"

namespace portique::inventory {

using base::Code;
using base::Result;

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

SbomDocument unreadable(const base::Error& error) {
  SbomDocument document;
  add_issue(document.analysis, error);
  return document;
}

SbomDocument unknown() {
  return unreadable(
      {Code::Unsupported,
       "not an SBOM that is known; there are: CycloneDX, SPDX 2.2 and 2.3, the JSON of "
       "Syft and Trivy, and attestations of these"});
}

SbomDocument unknown_version(const std::string& version) {
  return unreadable(
      {Code::Unsupported, "SPDX " + version + " is not read; there are: SPDX 2.2 and 2.3"});
}

/// The JSON documents of a file: one, or one a line, of which the first SBOM counts.
class JsonFile {
public:
  JsonFile(const FileContent& file, const base::Limits& limits) : pieces_(file), limits_(&limits) {}

  SbomDocument run() {
    const Result<void> read = read_all();
    if (document_ || reader_) end_document(read);
    if (!found_) {
      SbomDocument none = unread_version_.empty() ? unknown() : unknown_version(unread_version_);
      if (!read) add_issue(none.analysis, read.error());
      return none;
    }
    if (others_ > 0)
      add_issue(found_->analysis,
                Code::Unsupported,
                "the file holds " + std::to_string(others_) +
                    " further SBOMs, which were not read");
    return std::move(*found_);
  }

private:
  Result<void> read_all() {
    bool first = true;
    while (true) {
      std::string_view piece = PQ_TRY(pieces_.next());
      if (piece.empty()) break;
      if (std::exchange(first, false) && piece.starts_with(kByteOrderMark))
        piece.remove_prefix(kByteOrderMark.size());
      PQ_TRY(read_piece(piece));
    }
    return reader_ ? reader_->finish() : Result<void>{};
  }

  Result<void> read_piece(std::string_view piece) {
    while (!piece.empty()) {
      if (!reader_) {
        const auto start = std::ranges::find_if_not(piece, base::is_space);
        piece.remove_prefix(static_cast<std::size_t>(start - piece.begin()));
        if (piece.empty()) return {};
        document_.emplace(*limits_, 0);
        reader_.emplace(*document_, limits_->sbom_value_bytes);
      }
      piece.remove_prefix(PQ_TRY(reader_->read(piece)));
      if (reader_->done()) end_document({});
    }
    return {};
  }

  void end_document(const Result<void>& read) {
    if (!document_) return;
    document_->end(read);
    auto document = document_->finish(!read);
    if (unread_version_.empty()) unread_version_ = document_->unread_version();
    reader_.reset();
    document_.reset();
    if (!document) return;
    if (found_)
      ++others_;
    else
      found_ = std::move(document);
  }

  FilePieces pieces_;
  const base::Limits* limits_;
  std::optional<SbomJson> document_;
  std::optional<JsonItemReader> reader_;
  std::optional<SbomDocument> found_;
  std::size_t others_ = 0;
  std::string unread_version_;
};

/// What the format's reader made of a text that says what it is before its components.
SbomDocument finish(SbomFormat& format, const Result<void>& read) {
  if (!format.recognised(false)) return read ? unknown() : unreadable(read.error());
  if (!read) format.complain(read.error());
  return format.finish();
}

/// Whether a line of the beginning is SPDX's version tag.
bool is_tag_value(std::string_view beginning) {
  constexpr std::string_view kTag = "SPDXVersion:";
  const std::size_t at = beginning.find(kTag);
  return at == 0 || (at != std::string_view::npos && beginning[at - 1] == '\n');
}

} // namespace

SbomDocument read_sbom_document(const FileContent& file, const base::Limits& limits) {
  if (file.size() > limits.sbom_bytes)
    return unreadable({Code::LimitExceeded,
                       "the file has " + std::to_string(file.size()) + " bytes; " +
                           std::to_string(limits.sbom_bytes) + " are allowed"});
  FilePieces pieces(file);
  const auto piece = pieces.next();
  if (!piece) return unreadable(piece.error());
  std::string_view beginning = *piece;
  if (beginning.starts_with(kByteOrderMark)) beginning.remove_prefix(kByteOrderMark.size());
  const std::string_view text = base::trim(beginning);
  if (text.starts_with('{') || text.starts_with('[')) return JsonFile(file, limits).run();
  if (text.starts_with('<')) {
    const auto format = make_cyclonedx_format(limits);
    const Result<void> read = read_cyclonedx_xml(file, limits, *format);
    return finish(*format, read);
  }
  if (is_tag_value(beginning)) {
    const auto format = make_spdx_format(limits);
    const Result<void> read = read_spdx_tag_value(file, limits, *format);
    return finish(*format, read);
  }
  return unknown();
}

Analysis read_sbom(const FileContent& file, const base::Limits& limits) {
  Analysis analysis = read_sbom_document(file, limits).analysis;
  for (model::Package& package : analysis.packages) {
    package.layer = model::kNoLayer;
    package.removed_in = model::kNoLayer;
  }
  return analysis;
}

} // namespace portique::inventory
