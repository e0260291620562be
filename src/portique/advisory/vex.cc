// Which format a file is in, and what is wrapped around it. Envelopes:
// https://github.com/secure-systems-lab/dsse/blob/master/envelope.md,
// https://github.com/in-toto/attestation/tree/main/spec,
// https://github.com/sigstore/protobuf-specs (bundles), OpenVEX's ATTESTING.md.
#include "portique/advisory/vex.h"

#include <algorithm>

#include <boost/json.hpp>

#include "portique/advisory/vex_formats.h"
#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/model/purl_parse.h"

namespace portique::advisory {

namespace json = boost::json;

namespace {

/// Bundle, envelope, statement, document: more wrappers than that are no one's practice.
constexpr int kMaxWrappers = 4;
constexpr std::size_t kMaxText = 1000;

struct Wrapping {
  std::vector<VexProduct> subjects;
  bool is_signed = false;
};

base::Result<VexDocument>
read_document(const json::object& object, Wrapping wrapping, int wrappers_left);

/// The products that an in-toto statement is about.
std::vector<VexProduct> subjects_of(const json::object& statement) {
  std::vector<VexProduct> subjects;
  for (const json::value& item : base::json_items(&statement, "subject")) {
    const json::object* subject = base::json_object(&item);
    VexProduct product;
    for (const auto& [algorithm, value] : base::json_fields(subject, "digest"))
      if (value.is_string()) add_hash(product.product, algorithm, value.get_string());
    // A digest says which image it is; the name only what somebody calls it.
    if (product.product.digests.empty())
      add_identifier(product.product, base::json_string(subject, "name"));
    if (product.product.is_identified()) subjects.push_back(std::move(product));
  }
  return subjects;
}

base::Result<VexDocument> read_text(std::string_view text, Wrapping wrapping, int wrappers_left) {
  const json::value value = PQ_TRY(base::parse_json(text));
  const json::object* object = value.if_object();
  if (object == nullptr) return base::fail(base::Code::Malformed, "not a JSON object");
  return read_document(*object, std::move(wrapping), wrappers_left);
}

base::Result<VexDocument>
read_envelope(const json::object& envelope, Wrapping wrapping, int wrappers_left) {
  const auto payload = base::from_base64(base::json_string(&envelope, "payload"));
  if (!payload) return base::fail(base::Code::Malformed, "the envelope's payload is no base64");
  wrapping.is_signed = true;
  return base::at("payload", read_text(*payload, std::move(wrapping), wrappers_left));
}

base::Result<VexDocument>
read_statement(const json::object& statement, Wrapping wrapping, int wrappers_left) {
  wrapping.subjects = subjects_of(statement);
  const json::value* predicate = base::json_member(&statement, "predicate");
  // cosign wraps what it has no type for: {"Data": ..., "Timestamp": ...}.
  if (const json::value* data = base::json_member(base::json_object(predicate), "Data"))
    predicate = data;
  if (predicate != nullptr && predicate->is_string())
    return base::at("predicate",
                    read_text(predicate->get_string(), std::move(wrapping), wrappers_left));
  const json::object* object = base::json_object(predicate);
  if (object == nullptr)
    return base::fail(base::Code::Malformed, "the attestation has no predicate");
  return base::at("predicate", read_document(*object, std::move(wrapping), wrappers_left));
}

void add_notes(VexDocument& document, const Wrapping& wrapping) {
  if (wrapping.is_signed)
    document.notes.emplace_back("the document is signed; its signature was not verified");
  std::size_t unnamed = 0;
  std::size_t unexplained = 0;
  for (const VexStatement& statement : document.statements) {
    const bool usable = std::ranges::any_of(statement.products, [](const VexProduct& product) {
      return product.product.is_identified();
    });
    if (!usable) ++unnamed;
    if (statement.status == model::VexStatus::NotAffected && statement.justification.empty() &&
        statement.text.empty())
      ++unexplained;
  }
  const auto add = [&](std::size_t count, std::string_view what) {
    if (count > 0)
      document.notes.push_back(std::to_string(count) + " of " +
                               std::to_string(document.statements.size()) + " statements " +
                               std::string(what));
  };
  add(unnamed, "name no product by purl, image reference or digest, and cannot be used");
  add(unexplained, "say 'not affected' without a justification, which VEX demands");
}

base::Result<VexDocument>
read_document(const json::object& object, Wrapping wrapping, int wrappers_left) {
  const bool is_bundle = base::json_member(&object, "dsseEnvelope") != nullptr;
  const bool is_envelope = base::json_member(&object, "payloadType") != nullptr;
  const bool is_statement = base::json_string(&object, "_type").starts_with("https://in-toto.io/");
  if (is_bundle || is_envelope || is_statement) {
    if (wrappers_left == 0)
      return base::fail(base::Code::LimitExceeded, "too many envelopes around the document");
    if (is_bundle)
      return read_document(
          base::json_fields(&object, "dsseEnvelope"), std::move(wrapping), wrappers_left - 1);
    if (is_envelope) return read_envelope(object, std::move(wrapping), wrappers_left - 1);
    return read_statement(object, std::move(wrapping), wrappers_left - 1);
  }
  VexDocument document;
  if (base::json_string(&object, "@context").starts_with("https://openvex.dev/ns"))
    document = PQ_TRY(read_openvex(object, wrapping.subjects));
  else if (base::json_string(&object, "bomFormat") == "CycloneDX")
    document = PQ_TRY(read_cyclonedx_vex(object));
  else if (base::json_string(&base::json_fields(&object, "document"), "csaf_version") != "")
    document = PQ_TRY(read_csaf(object));
  else
    return base::fail(base::Code::Unsupported,
                      "not a VEX document: neither OpenVEX nor CycloneDX nor CSAF");
  add_notes(document, wrapping);
  return document;
}

/// What `cosign download attestation` prints: one envelope a line. Nothing if it is not that.
std::optional<std::vector<std::string_view>> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::string_view line = base::trim(base::take_until(text, '\n'));
    if (line.empty()) continue;
    if (!line.starts_with('{') || !line.ends_with('}')) return std::nullopt;
    lines.push_back(line);
  }
  return lines.size() > 1 ? std::optional(std::move(lines)) : std::nullopt;
}

} // namespace

std::optional<model::VexStatus> parse_vex_status(std::string_view name) {
  for (const auto status : {model::VexStatus::NotAffected,
                            model::VexStatus::Affected,
                            model::VexStatus::Fixed,
                            model::VexStatus::UnderInvestigation})
    if (name == model::vex_status_name(status)) return status;
  return std::nullopt;
}

std::string vex_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!base::is_space(c))
      out += c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
    if (out.size() > kMaxText) break;
  }
  if (out.size() > kMaxText) {
    std::size_t end = kMaxText;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U)
      --end;
    out.resize(end);
    out += "...";
  }
  while (out.ends_with(' '))
    out.pop_back();
  return out;
}

void add_hash(VexComponent& component, std::string_view algorithm, std::string_view value) {
  std::string name = base::to_lower(algorithm);
  std::erase(name, '-');
  if (name != "sha256" && name != "sha512") return;
  const auto digest = base::Digest::parse(name + ":" + base::to_lower(value));
  if (digest) component.digests.push_back(digest->text());
}

void add_identifier(VexComponent& component, std::string_view text) {
  text = base::trim(text);
  if (text.starts_with("pkg:")) {
    if (auto purl = model::parse_purl(text)) component.purls.push_back(*std::move(purl));
  } else if (text.starts_with("cpe:")) {
    component.cpes.emplace_back(text);
  } else if (base::Digest::parse(text)) {
    component.digests.emplace_back(text);
  } else if (!text.empty() && text.find("://") == std::string_view::npos &&
             !text.starts_with("urn:") && base::is_word(text)) {
    component.references.emplace_back(text);
  }
}

base::Result<std::vector<VexDocument>>
parse_vex(std::string_view name, std::string_view text, const base::Limits& limits) {
  if (text.size() > limits.vex_bytes)
    return base::fail(base::Code::LimitExceeded,
                      "larger than " + std::to_string(limits.vex_bytes) + " bytes");
  std::vector<std::string_view> parts{text};
  if (auto lines = lines_of(text)) parts = std::move(*lines);
  std::vector<VexDocument> documents;
  std::size_t others = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto document = read_text(parts[i], {}, kMaxWrappers);
    // Among an image's attestations only some are VEX.
    if (!document && parts.size() > 1 && document.error().code() == base::Code::Unsupported) {
      ++others;
      continue;
    }
    if (!document && parts.size() > 1)
      return std::unexpected(std::move(document).error().at("line " + std::to_string(i + 1)));
    documents.push_back(PQ_TRY(std::move(document)));
    documents.back().name = name;
  }
  if (documents.empty())
    return base::fail(base::Code::Unsupported, "none of its attestations is a VEX document");
  if (others > 0)
    documents.back().notes.push_back(std::to_string(others) +
                                     " of its attestations are no VEX and were left out");
  return documents;
}

base::Result<std::vector<VexDocument>> read_vex(const std::filesystem::path& file,
                                                const base::Limits& limits) {
  const std::string text = PQ_TRY(base::read_file(file, limits.vex_bytes));
  return base::at(file.string(), parse_vex(file.string(), text, limits));
}

} // namespace portique::advisory
