#include "portique/access/secret_names.h"

#include <algorithm>
#include <array>
#include <string>

#include "portique/base/text.h"

namespace portique::access {

bool names_a_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kWords{"password",
                                                           "passwd",
                                                           "passphrase",
                                                           "secret",
                                                           "token",
                                                           "apikey",
                                                           "api_key",
                                                           "api-key",
                                                           "credential",
                                                           "private_key",
                                                           "private-key",
                                                           "accesskey",
                                                           "access_key",
                                                           "access-key"};
  const std::string lower = base::to_lower(name);
  // "pass" is what cifs calls a password.
  return lower == "pass" || lower.ends_with("pwd") || lower.ends_with("_pass") ||
         std::ranges::any_of(
             kWords, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

} // namespace portique::access
