#include "portique/access/policy_source/policy_signature.h"

#include <boost/json.hpp>

#include "portique/base/digest.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

constexpr std::string_view kFormat = "portique policy signature 1";
/// The members above with the longest values stay under 600 bytes.
constexpr std::size_t kSignatureBytes = 16U << 10U;

std::string signed_text(const PolicyStatement& statement) {
  std::string text(kFormat);
  text += "\nserial " + std::to_string(statement.serial);
  text += "\nsigned " + base::format_time(statement.signed_at);
  text += "\nexpires " + (statement.expires ? base::format_time(*statement.expires) : "never");
  text += "\ndigest " + statement.digest + "\n";
  return text;
}

base::Result<base::Time> time_member(const boost::json::object& object, std::string_view name) {
  const auto time = base::parse_time(base::json_string(&object, name));
  if (!time)
    return fail(Code::Malformed, "the signature's '" + std::string(name) + "' is no point in time");
  return *time;
}

base::Result<PolicyStatement> parse_statement(const boost::json::object& object) {
  if (base::json_string(&object, "format") != kFormat)
    return fail(Code::Unsupported,
                "the signature's format is not \"" + std::string(kFormat) + "\"");
  PolicyStatement statement;
  const auto serial = base::json_integer(&object, "serial");
  if (!serial || *serial < 0)
    return fail(Code::Malformed, "the signature's 'serial' is no whole number");
  statement.serial = static_cast<std::uint64_t>(*serial);
  statement.signed_at = PQ_TRY(time_member(object, "signed"));
  if (object.contains("expires")) statement.expires = PQ_TRY(time_member(object, "expires"));
  statement.digest = std::string(base::json_string(&object, "digest"));
  return statement;
}

} // namespace

base::Result<std::string> sign_policy(const PolicyStatement& statement, const PrivateKey& key) {
  if (key.public_key().kind() != KeyKind::Ed25519)
    return fail(Code::InvalidArgument, "policies are signed with Ed25519 keys only");
  if (statement.serial > static_cast<std::uint64_t>(INT64_MAX))
    return fail(Code::InvalidArgument, "the serial number is too large");
  const std::string signature = PQ_TRY(key.sign(signed_text(statement)));
  boost::json::object object{{"format", kFormat},
                             {"serial", statement.serial},
                             {"signed", base::format_time(statement.signed_at)}};
  if (statement.expires) object["expires"] = base::format_time(*statement.expires);
  object["digest"] = statement.digest;
  object["key"] = key.public_key().id();
  object["signature"] = base::to_base64(signature);
  return base::pretty_json(object);
}

base::Result<PolicyStatement> verify_policy(std::string_view document,
                                            std::string_view signature,
                                            std::span<const PublicKey> keys) {
  if (signature.size() > kSignatureBytes)
    return fail(Code::LimitExceeded, "the signature is larger than 16 KiB");
  const boost::json::value parsed =
      PQ_TRY(base::at("the policy's signature", base::parse_json(signature)));
  const auto* object = base::json_object(&parsed);
  if (object == nullptr) return fail(Code::Malformed, "the policy's signature is no JSON object");
  const PolicyStatement statement = PQ_TRY(parse_statement(*object));
  const auto bytes = base::from_base64(base::json_string(object, "signature"));
  if (!bytes) return fail(Code::Malformed, "the policy's signature is not in base64");
  const std::string text = signed_text(statement);
  bool trusted = false;
  for (const PublicKey& key : keys)
    trusted = trusted || (key.kind() == KeyKind::Ed25519 && key.verify(text, *bytes));
  if (!trusted)
    return fail(Code::DigestMismatch, "the policy is not signed by a key that is trusted");
  if (statement.digest != base::digest_of(base::as_bytes(document)).text())
    return fail(Code::DigestMismatch, "the signature is of another policy document");
  return statement;
}

} // namespace portique::access
