// GitHub's checksum: github.blog "Behind GitHub's new authentication token formats". AWS access key
// ids: base 32 (RFC 4648, 6), the account in the bits behind the first. JWT: RFC 7519. docker's
// config.json: "auth" is base64 of user and password. crypt(5) for hashes of passwords.

#include "portique/inspect/secrets/secret_checks.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <isa-l/crc.h>

#include "portique/base/byte_reader.h"
#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inspect/secrets/private_key.h"
#include "portique/inspect/secrets/secret_filter.h"

namespace portique::inspect {

namespace {

const CheckVerdict kRefused{.counts = false, .severity = std::nullopt, .note = {}};

/// "<prefix>_<30 random><6 checksum>".
bool checksum_fits(std::string_view token) {
  const std::size_t underscore = token.find('_');
  if (underscore == std::string_view::npos) return false;
  const std::string_view rest = token.substr(underscore + 1);
  constexpr std::size_t kChecksum = 6;
  if (rest.size() <= kChecksum) return false;
  const std::string_view random = rest.substr(0, rest.size() - kChecksum);
  return checksum_base62(random) == rest.substr(random.size());
}

CheckVerdict judge_crc62(const CheckedMatch& match) {
  if (checksum_fits(match.secret)) return {};
  return kRefused;
}

/// npm does not promise how its checksum is made.
CheckVerdict judge_crc62_softly(const CheckedMatch& match) {
  if (checksum_fits(match.secret)) return {};
  return {true, model::Severity::Low, "its checksum does not fit, so it may be made up"};
}

CheckVerdict judge_aws_key_id(const CheckedMatch& match) {
  if (match.secret.size() != 20) return kRefused;
  std::uint64_t bits = 0;
  for (const char c : match.secret.substr(4, 10)) { // 50 bits
    const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const std::size_t digit = alphabet.find(c);
    if (digit == std::string_view::npos) return kRefused;
    bits = bits << 5U | digit;
  }
  constexpr std::uint64_t kHighestAccount = 999'999'999'999;
  const std::uint64_t account = (bits >> 9U) & 0xFF'FFFF'FFFFU; // bits 1 to 40
  if (account > kHighestAccount) return kRefused;
  return {};
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  return base::from_base64(standard);
}

CheckVerdict judge_jwt(const CheckedMatch& match) {
  const std::vector<std::string_view> parts = base::split(match.secret, '.');
  if (parts.size() != 3) return kRefused;
  const auto header = from_base64url(parts[0]);
  const auto claims = from_base64url(parts[1]);
  if (!header || !claims) return kRefused;
  const auto parsed = base::parse_json(*header);
  const auto said = base::parse_json(*claims);
  if (!parsed || !said) return kRefused;
  const std::string_view algorithm = base::json_string(base::json_object(&*parsed), "alg");
  if (algorithm.empty() || base::equals_ignore_case(algorithm, "none")) return kRefused;
  const boost::json::object* body = base::json_object(&*said);
  if (body == nullptr) return kRefused;
  // One that says nothing of the registered kind (RFC 7519, 4.1) is an example.
  constexpr std::array<std::string_view, 7> kClaims{
      "iss", "sub", "aud", "exp", "nbf", "iat", "jti"};
  if (std::ranges::none_of(kClaims, [&](std::string_view claim) { return body->contains(claim); }))
    return kRefused;
  // The specimen of jwt.io, which stands in countless documents.
  if (base::json_string(body, "name") == "John Doe") return kRefused;
  if (base::json_string(body, "iss") == "kubernetes/serviceaccount")
    return {true, model::Severity::High, "a Kubernetes service account's token"};
  return {};
}

CheckVerdict judge_pem(const CheckedMatch& match) {
  switch (judge_private_key(match.secret)) {
  case PrivateKeyState::Plain:
    return {};
  case PrivateKeyState::Encrypted:
    return {true, model::Severity::Medium, "a passphrase protects the key"};
  case PrivateKeyState::NoKey:
    break;
  }
  return kRefused;
}

CheckVerdict judge_base64(const CheckedMatch& match) {
  if (base::from_base64(match.secret)) return {};
  return kRefused;
}

/// A password that everybody writes into an example.
bool is_common_password(std::string_view password) {
  constexpr std::array<std::string_view, 26> kCommon{
      "password",   "passwd",   "pass",     "pwd",     "secret", "user",     "username",
      "test",       "testing",  "admin",    "root",    "guest",  "postgres", "mysql",
      "changeit",   "token",    "pw",       "foo",     "bar",    "baz",      "mypass",
      "mypassword", "passw0rd", "p4ssw0rd", "hunter2", "pswd"};
  const std::string lower = base::to_lower(password);
  return std::ranges::find(kCommon, lower) != kCommon.end();
}

/// base64 of "user:password".
CheckVerdict judge_basic(const CheckedMatch& match) {
  const auto plain = base::from_base64(match.secret);
  if (!plain) return kRefused;
  const std::size_t colon = plain->find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == plain->size()) return kRefused;
  if (std::ranges::any_of(*plain, [](char c) { return static_cast<unsigned char>(c) < ' '; }))
    return kRefused;
  const std::string_view password = std::string_view(*plain).substr(colon + 1);
  if (is_placeholder(password, RuleRank::Assigned) || is_common_password(password)) return kRefused;
  return {};
}

/// A user whom documents invent.
bool is_common_user(std::string_view user) {
  return user == "user" || user == "username" || user == "foo" || user == "me" || user == "usr";
}

/// "scheme://user:password@host".
CheckVerdict judge_url(const CheckedMatch& match) {
  if (is_common_password(match.secret) || match.secret.size() < 3) return kRefused;
  if (is_placeholder(match.secret, RuleRank::Generic)) return kRefused;
  const std::size_t at = match.match.rfind('@');
  const std::size_t colon = match.match.find("://");
  if (at == std::string_view::npos || colon == std::string_view::npos) return kRefused;
  const std::string host = base::to_lower(match.match.substr(at + 1));
  const std::string user =
      base::to_lower(match.match.substr(colon + 3, match.match.find(':', colon + 3) - colon - 3));
  if (user == match.secret || is_common_user(user)) return kRefused;
  for (const std::string_view example :
       {"example", "host", "hostname", "server", "domain", "foo", "bar", "test", "my", "some"})
    if (host.starts_with(example) && !host.starts_with("mysql") && !host.starts_with("mongo"))
      return kRefused;
  if (host.starts_with("localhost") || host.starts_with("127."))
    return {true, model::Severity::Low, "for a service on the same machine"};
  return {};
}

CheckVerdict judge_password(const CheckedMatch& match) {
  if (is_common_password(match.secret)) return kRefused;
  return {};
}

/// A value with letters and digits, as keys have and words of a language have not.
CheckVerdict judge_mixed(const CheckedMatch& match) {
  const bool digit = std::ranges::any_of(match.secret, base::is_digit);
  const bool letter = std::ranges::any_of(match.secret, base::is_alpha);
  const bool path =
      match.secret.starts_with("/") || match.secret.contains("://") || match.secret.contains("./");
  if (!digit || !letter || path || is_common_password(match.secret)) return kRefused;
  return {};
}

/// The value of an environment variable whose name promises a secret.
CheckVerdict judge_variable(const CheckedMatch& match) {
  const std::string lower = base::to_lower(match.secret);
  if (lower == "true" || lower == "false" || lower == "yes" || lower == "no") return kRefused;
  if (match.secret.starts_with("/") || match.secret.contains("://")) return kRefused;
  if (match.secret.size() < 4 || std::ranges::all_of(match.secret, base::is_digit)) return kRefused;
  if (is_placeholder(match.secret, RuleRank::Assigned)) return kRefused;
  if (is_common_password(match.secret))
    return {true, model::Severity::Medium, "a password that everybody tries first"};
  return {};
}

constexpr std::array kChecks{
    SecretCheck{"aws-key-id", judge_aws_key_id},
    SecretCheck{"base64", judge_base64},
    SecretCheck{"basic", judge_basic},
    SecretCheck{"crc62", judge_crc62},
    SecretCheck{"crc62-softly", judge_crc62_softly},
    SecretCheck{"jwt", judge_jwt},
    SecretCheck{"mixed", judge_mixed},
    SecretCheck{"password", judge_password},
    SecretCheck{"private-key", judge_pem},
    SecretCheck{"url", judge_url},
    SecretCheck{"variable", judge_variable},
};

} // namespace

std::string checksum_base62(std::string_view text) {
  constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const base::Bytes bytes = base::as_bytes(text);
  std::uint32_t crc =
      ::crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  std::string digits(6, '0');
  for (std::size_t i = digits.size(); i-- > 0; crc /= 62)
    digits[i] = kDigits[crc % 62];
  return digits;
}

std::span<const SecretCheck> secret_checks() {
  return kChecks;
}

const SecretCheck* find_secret_check(std::string_view name) {
  const auto found = std::ranges::find(kChecks, name, &SecretCheck::name);
  return found == kChecks.end() ? nullptr : &*found;
}

} // namespace portique::inspect
