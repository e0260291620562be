#include "portique/inspect/config_files/secret_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "portique/base/text.h"

namespace portique::inspect {

namespace {

constexpr std::array<std::string_view, 15> kSecretWords{"password",
                                                        "passwd",
                                                        "passphrase",
                                                        "pwd",
                                                        "secret",
                                                        "token",
                                                        "apikey",
                                                        "privatekey",
                                                        "secretkey",
                                                        "accesskey",
                                                        "credential",
                                                        "credentials",
                                                        "authkey",
                                                        "encryptionkey",
                                                        "signingkey"};
/// A name that ends like this says where or what kind, and not the secret.
constexpr std::array<std::string_view, 29> kHarmlessEnds{
    "file",   "path",     "url",      "uri",      "dir",     "name",      "id",    "length",
    "type",   "policy",   "expiry",   "ttl",      "enabled", "timeout",   "min",   "max",
    "count",  "required", "endpoint", "host",     "header",  "algorithm", "field", "ref",
    "prefix", "size",     "issuer",   "provider", "reset"};

/// "dbPassword-old" in small words: "db", "password", "old".
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  bool was_lower = false;
  for (const char c : name) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    if (!base::is_alnum(c)) {
      words.emplace_back();
      was_lower = false;
      continue;
    }
    if (words.empty() || (is_upper && was_lower)) words.emplace_back();
    words.back() += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
    was_lower = !is_upper;
  }
  std::erase(words, std::string());
  return words;
}

} // namespace

bool is_secret_name(std::string_view name) {
  if (name.size() > 200) return false;
  const std::vector<std::string> words = words_of(name);
  if (words.empty() || std::ranges::find(kHarmlessEnds, words.back()) != kHarmlessEnds.end())
    return false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto is_secret = [](std::string_view word) {
      return std::ranges::find(kSecretWords, word) != kSecretWords.end();
    };
    if (is_secret(words[i])) return true;
    if (i + 1 < words.size() && is_secret(words[i] + words[i + 1])) return true;
  }
  return false;
}

bool is_secret_value(std::string_view value) {
  value = base::trim(value);
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
      value.back() == value.front())
    value = value.substr(1, value.size() - 2);
  if (value.empty() || value.contains('$') || value.starts_with('/') || value.starts_with('<') ||
      value.starts_with("{{"))
    return false;
  const std::string lower = base::to_lower(value);
  constexpr std::array<std::string_view, 8> kNothing{
      "true", "false", "yes", "no", "none", "null", "0", "1"};
  return std::ranges::find(kNothing, lower) == kNothing.end();
}

} // namespace portique::inspect
