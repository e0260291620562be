#include "portique/access/trust/cosign.h"

#include <algorithm>

#include <boost/json.hpp>

#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

/// An envelope with more is not made by people who want it verified.
constexpr std::size_t kSignatures = 64;
constexpr std::string_view kInTotoType = "application/vnd.in-toto+json";

bool is_of(const boost::json::object& payload, const base::Digest& image) {
  const auto& critical = base::json_fields(&payload, "critical");
  const auto& named = base::json_fields(&critical, "image");
  return base::json_string(&named, "docker-manifest-digest") == image.text();
}

/// DSSE's pre-authentication encoding: what is signed.
std::string encoded_for_signing(std::string_view type, std::string_view body) {
  std::string text = "DSSEv1 " + std::to_string(type.size()) + " ";
  text += type;
  text += " " + std::to_string(body.size()) + " ";
  text += body;
  return text;
}

/// Whether the statement is about the image, by its digest.
bool has_subject(const boost::json::object& statement, const base::Digest& image) {
  const std::string_view algorithm =
      image.algorithm() == base::DigestAlgorithm::Sha256 ? "sha256" : "sha512";
  const auto& subjects = base::json_items(&statement, "subject");
  return std::ranges::any_of(subjects, [&](const boost::json::value& subject) {
    const auto& digests = base::json_fields(base::json_object(&subject), "digest");
    return base::json_string(&digests, algorithm) == image.hex();
  });
}

bool counts(const TrustedKey& key, std::string_view predicate) {
  if (key.predicates.empty()) return predicate == kSignPredicate;
  return std::ranges::any_of(key.predicates, [&](const std::string& pattern) {
    return base::fits_star(pattern, predicate);
  });
}

} // namespace

base::Result<std::vector<std::string>> simple_signers(std::string_view payload,
                                                      std::string_view signature,
                                                      const base::Digest& image,
                                                      std::span<const TrustedKey> keys) {
  const auto bytes = base::from_base64(base::trim(signature));
  if (!bytes) return fail(Code::Malformed, "the signature is not in base64");
  const boost::json::value parsed =
      PQ_TRY(base::at("payload of a signature", base::parse_json(payload)));
  const auto* object = base::json_object(&parsed);
  std::vector<std::string> names;
  // A signature of another image was copied here; it says nothing about this one.
  if (object == nullptr || !is_of(*object, image)) return names;
  for (const TrustedKey& key : keys)
    if (key.key.verify(payload, *bytes)) names.push_back(key.name);
  return names;
}

base::Result<std::vector<std::string>> attestation_signers(std::string_view envelope,
                                                           const base::Digest& image,
                                                           std::span<const TrustedKey> keys) {
  const boost::json::value parsed = PQ_TRY(base::at("attestation", base::parse_json(envelope)));
  const auto* object = base::json_object(&parsed);
  if (const auto* inside = base::json_object(base::json_member(object, "dsseEnvelope")))
    object = inside;
  const std::string_view type = base::json_string(object, "payloadType");
  if (type != kInTotoType)
    return fail(Code::Unsupported, "the attestation is no in-toto statement in a DSSE envelope");
  const auto body = base::from_base64(base::json_string(object, "payload"));
  if (!body) return fail(Code::Malformed, "the attestation's payload is not in base64");
  const std::string message = encoded_for_signing(type, *body);
  const auto& signatures = base::json_items(object, "signatures");
  if (signatures.size() > kSignatures)
    return fail(Code::LimitExceeded, "the attestation has more than 64 signatures");
  std::vector<const TrustedKey*> signers;
  for (const boost::json::value& one : signatures) {
    const auto bytes = base::from_base64(base::json_string(base::json_object(&one), "sig"));
    if (!bytes) continue;
    for (const TrustedKey& key : keys)
      if (key.key.verify(message, *bytes)) signers.push_back(&key);
  }
  std::vector<std::string> names;
  if (signers.empty()) return names;
  // Only what a trusted key signed is worth reading.
  const boost::json::value content = PQ_TRY(base::at("statement", base::parse_json(*body)));
  const auto* statement = base::json_object(&content);
  if (statement == nullptr ||
      !base::json_string(statement, "_type").starts_with("https://in-toto.io/Statement/"))
    return fail(Code::Malformed, "the attestation's payload is no in-toto statement");
  if (!has_subject(*statement, image)) return names;
  const std::string_view predicate = base::json_string(statement, "predicateType");
  for (const TrustedKey* key : signers)
    if (counts(*key, predicate) && std::ranges::find(names, key->name) == names.end())
      names.push_back(key->name);
  return names;
}

} // namespace portique::access
