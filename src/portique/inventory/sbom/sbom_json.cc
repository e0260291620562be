// In-toto statements: https://github.com/in-toto/attestation/tree/main/spec/v1. DSSE envelopes:
// https://github.com/secure-systems-lab/dsse. Sigstore bundles hold such an envelope in their
// member dsseEnvelope. Signatures are not checked here: what is signed is what is read, and whoever
// needs to trust it verifies before.

#include "portique/inventory/sbom/sbom_json.h"

#include <algorithm>

#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::inventory {

namespace json = boost::json;
using base::Result;

namespace {

/// A bundle around an envelope around a statement; more is nobody's.
constexpr int kMostEnvelopes = 3;

/// Where the document itself begins inside what is wrapped around it. Cosign's own predicate keeps
/// it in Data, GitHub's API in sbom.
constexpr std::array<std::string_view, 3> kWrappings{"predicate/Data", "predicate", "sbom"};

bool is_payload(std::string_view path) {
  return path == "payload" || path == "dsseEnvelope/payload";
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

} // namespace

struct SbomJson::Inner {
  Inner(const base::Limits& limits, int depth)
      : document(limits, depth), reader(document, limits.sbom_value_bytes) {}

  SbomJson document;
  JsonItemReader reader;
  Result<void> read;
  bool ended = false;
};

SbomJson::SbomJson(const base::Limits& limits, int depth)
    : limits_(&limits), depth_(depth), formats_{make_cyclonedx_format(limits),
                                                make_spdx_format(limits),
                                                make_trivy_format(limits),
                                                make_syft_format(limits)} {}

SbomJson::~SbomJson() = default;

Want SbomJson::want(std::string_view path) {
  owner_ = nullptr;
  if (path.empty() || path == "dsseEnvelope") return Want::Enter;
  if (is_payload(path)) return depth_ < kMostEnvelopes ? Want::Text : Want::Skip;
  if (path == "@context") return Want::Value;
  if (std::ranges::find(kWrappings, path) != kWrappings.end()) return Want::Enter;
  const auto* wrapping = std::ranges::find_if(
      kWrappings, [&](std::string_view folder) { return is_below(path, folder); });
  prefix_ = wrapping == kWrappings.end() ? 0 : wrapping->size() + 1;
  for (const auto& format : formats_) {
    const Want want = format->want(path.substr(prefix_));
    if (want == Want::Skip) continue;
    owner_ = format.get();
    return want;
  }
  return Want::Skip;
}

Result<void> SbomJson::take(std::string_view path, const json::value& value) {
  if (path == "@context") {
    const std::string text = json::serialize(value);
    const std::size_t at = text.find("spdx.org/rdf/");
    if (at != std::string::npos) {
      std::string_view version = std::string_view(text).substr(at + 13);
      unread_version_ = base::printable(base::take_until(version, '/').substr(0, 20));
    }
  } else if (path == "predicate/Data" && value.is_string()) {
    feed_inner(std::string_view(value.get_string()));
  } else if (owner_ != nullptr) {
    owner_->take(path.substr(prefix_), value);
  }
  return {};
}

Result<void> SbomJson::take_text(std::string_view /*path*/, std::string_view piece) {
  auto bytes = base64_.decode(piece);
  if (bytes)
    feed_inner(*bytes);
  else if (inner_ && inner_->read)
    inner_->read = std::unexpected(std::move(bytes).error().at("payload"));
  return {};
}

void SbomJson::feed_inner(std::string_view text) {
  if (depth_ >= kMostEnvelopes) return;
  if (!inner_) inner_ = std::make_unique<Inner>(*limits_, depth_ + 1);
  if (!inner_->read || inner_->reader.done()) return;
  auto read = inner_->reader.read(text);
  if (!read) inner_->read = std::unexpected(std::move(read).error().at("payload"));
}

void SbomJson::too_large(std::string_view path) {
  const base::Error error(base::Code::LimitExceeded,
                          "an entry of " + std::string(path.substr(0, path.find('/'))) +
                              " is too large and was not read");
  if (owner_ != nullptr) owner_->complain(error);
}

Result<void> SbomJson::leave(std::string_view path) {
  if (is_payload(path)) {
    if (inner_ && inner_->read) inner_->read = base::at("payload", inner_->reader.finish());
    return {};
  }
  return {};
}

void SbomJson::end(const Result<void>& read) {
  if (inner_ && !std::exchange(inner_->ended, true))
    inner_->document.end(inner_->read ? read : inner_->read);
  if (read) return;
  for (const auto& format : formats_)
    format->complain(read.error());
}

std::optional<SbomDocument> SbomJson::finish(bool broken) {
  if (inner_) {
    if (auto document = inner_->document.finish(broken || !inner_->read.has_value()))
      return document;
    if (unread_version_.empty()) unread_version_ = inner_->document.unread_version();
  }
  const auto found = std::ranges::find_if(
      formats_, [&](const auto& format) { return format->recognised(broken); });
  if (found == formats_.end()) return std::nullopt;
  return (*found)->finish();
}

} // namespace portique::inventory
