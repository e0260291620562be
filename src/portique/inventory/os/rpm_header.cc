// rpm's header structure, immutable region included: https://rpm-software-management.github.io/rpm/
// manual/format_header.html. In a database it has no magic before it. Only the tags that describe
// the package are looked at; signatures and file lists are passed over.

#include "portique/inventory/os/rpm_header.h"

#include <optional>
#include <string>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"

namespace portique::inventory {

namespace {

using base::ByteReader;
using base::Bytes;
using base::Code;
using base::fail;
using base::Result;

enum Tag : std::uint32_t {
  kName = 1000,
  kVersion = 1001,
  kRelease = 1002,
  kEpoch = 1003,
  kVendor = 1011,
  kLicence = 1014,
  kPackager = 1015,
  kArch = 1022,
  kSourceRpm = 1044,
  kModularityLabel = 5096,
};

enum Type : std::uint32_t { kInt32 = 4, kString = 6, kStringArray = 8, kI18nString = 9 };

constexpr std::size_t kEntryBytes = 16;
/// What rpm itself takes as the most that can be.
constexpr std::uint32_t kMostEntries = 0xffff;

struct Fields {
  std::string_view name, version, release, vendor, licence, packager, arch, source_rpm,
      module_label;
  std::optional<std::uint32_t> epoch;

  std::string_view* slot(std::uint32_t tag) {
    switch (tag) {
    case kName:
      return &name;
    case kVersion:
      return &version;
    case kRelease:
      return &release;
    case kVendor:
      return &vendor;
    case kLicence:
      return &licence;
    case kPackager:
      return &packager;
    case kArch:
      return &arch;
    case kSourceRpm:
      return &source_rpm;
    case kModularityLabel:
      return &module_label;
    default:
      return nullptr;
    }
  }
};

/// The text at an offset of the data, which must end inside it.
Result<std::string_view> text_at(Bytes data, std::uint32_t offset) {
  if (offset >= data.size()) return fail(Code::Malformed, "a tag lies outside of the header");
  const std::string_view rest = base::as_text(data.subspan(offset));
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos)
    return fail(Code::Malformed, "a text of the header has no end");
  return rest.substr(0, end);
}

Result<void> read_entry(ByteReader& index, Bytes data, Fields& fields) {
  const auto tag = PQ_TRY(index.be<std::uint32_t>());
  const auto type = PQ_TRY(index.be<std::uint32_t>());
  const auto offset = PQ_TRY(index.be<std::uint32_t>());
  const auto count = PQ_TRY(index.be<std::uint32_t>());
  if (tag == kEpoch) {
    if (type != kInt32 || count == 0) return fail(Code::Malformed, "the epoch is no number");
    ByteReader at(data);
    PQ_TRY(at.seek(offset));
    fields.epoch = PQ_TRY(at.be<std::uint32_t>());
    return {};
  }
  std::string_view* slot = fields.slot(tag);
  if (slot == nullptr) return {};
  if ((type != kString && type != kStringArray && type != kI18nString) || count == 0)
    return fail(Code::Malformed, fmt::format("tag {} is no text", tag));
  *slot = PQ_TRY(text_at(data, offset));
  return {};
}

Result<Fields> read_fields(Bytes header) {
  ByteReader reader(header);
  const auto entries = PQ_TRY(reader.be<std::uint32_t>());
  const auto data_bytes = PQ_TRY(reader.be<std::uint32_t>());
  if (entries == 0 || entries > kMostEntries)
    return fail(Code::Malformed, fmt::format("the header says that it has {} entries", entries));
  ByteReader index(PQ_TRY(reader.take(entries * kEntryBytes)));
  const Bytes data = PQ_TRY(reader.take(data_bytes));
  Fields fields;
  while (!index.at_end())
    PQ_TRY(read_entry(index, data, fields));
  return fields;
}

/// "bash-5.1.8-6.el9.src.rpm" into name and version-release.
bool split_source_rpm(std::string_view file, std::string_view& name, std::string_view& version) {
  for (const std::string_view suffix : {".src.rpm", ".nosrc.rpm"})
    if (file.ends_with(suffix)) file.remove_suffix(suffix.size());
  const std::size_t release = file.rfind('-');
  if (release == std::string_view::npos || release == 0) return false;
  const std::size_t dash = file.rfind('-', release - 1);
  if (dash == std::string_view::npos || dash == 0) return false;
  name = file.substr(0, dash);
  version = file.substr(dash + 1);
  return true;
}

std::string with_epoch(const std::optional<std::uint32_t>& epoch, const std::string& version) {
  return epoch ? fmt::format("{}:{}", *epoch, version) : version;
}

} // namespace

Result<model::Package> read_rpm_header(Bytes header) {
  const Fields fields = PQ_TRY(read_fields(header));
  for (const auto& [text, what] :
       {std::pair{fields.name, "name"}, {fields.version, "version"}, {fields.release, "release"}})
    if (!base::is_word(text))
      return fail(Code::Malformed,
                  text.empty() ? fmt::format("the package has no {}", what)
                               : fmt::format("{} is no {}", excerpt(text), what));
  const std::string version = fmt::format("{}-{}", fields.version, fields.release);
  model::Package package{
      .type = "rpm",
      .name = std::string(fields.name),
      .version = with_epoch(fields.epoch, version),
      .arch = utf8_value(fields.arch),
      .epoch = fields.epoch,
      .source_rpm = utf8_value(fields.source_rpm),
      .module_label = fields.module_label == "(none)" ? "" : utf8_value(fields.module_label),
      .maintainer = utf8_value(fields.packager.empty() ? fields.vendor : fields.packager),
  };
  if (!fields.licence.empty()) package.licences.push_back(utf8_value(fields.licence));
  std::string_view source_name = package.name;
  std::string_view source_version = version;
  split_source_rpm(package.source_rpm, source_name, source_version);
  package.source_name = source_name;
  // A header does not tell its source's epoch; it is nearly always the package's own.
  package.source_version = with_epoch(fields.epoch, std::string(source_version));
  return package;
}

Result<void> RpmPackages::allow(std::uint64_t header_bytes) {
  if (header_bytes > limits_->rpm_header_bytes)
    return fail(Code::LimitExceeded,
                fmt::format("a package record has {} bytes, more than {}",
                            header_bytes,
                            limits_->rpm_header_bytes));
  if (header_bytes > bytes_left_)
    return fail(Code::Malformed, "the package records overlap: they are larger than the file");
  bytes_left_ -= header_bytes;
  return {};
}

Result<void> RpmPackages::add(Bytes header) {
  ++seen_;
  auto package = read_rpm_header(header);
  if (!package) {
    if (!issues_are_full(analysis_))
      add_issue(analysis_, std::move(package).error().at(fmt::format("package record {}", seen_)));
    return {};
  }
  if (package->name == "gpg-pubkey") return {};
  if (analysis_.packages.size() >= limits_->packages)
    return fail(Code::LimitExceeded, "too many packages; the rest is not read");
  analysis_.packages.push_back(std::move(*package));
  return {};
}

Analysis RpmPackages::finish(const Result<void>& read, std::string_view path) && {
  if (!read) add_issue(analysis_, read.error());
  for (model::Package& package : analysis_.packages)
    package.path = path;
  return std::move(analysis_);
}

} // namespace portique::inventory
