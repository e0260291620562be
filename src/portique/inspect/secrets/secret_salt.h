#pragma once

// How secrets are told apart without being shown: HMAC-SHA256 (RFC 2104) under a salt that the
// installation keeps to itself. Who has only the reports cannot try passwords against it, and the
// same secret in two places has the same fingerprint.

#include <filesystem>
#include <string>
#include <string_view>

#include "portique/base/result.h"

namespace portique::inspect {

class SecretSalt {
public:
  SecretSalt() = default;

  explicit SecretSalt(std::string salt) : salt_(std::move(salt)) {}

  /// The salt that this folder keeps; it is made there, readable by its owner alone, if there is
  /// none. An empty folder gives one for this run only.
  static base::Result<SecretSalt> of_installation(const std::filesystem::path& folder);

  /// 32 hexadecimal digits.
  [[nodiscard]] std::string fingerprint(std::string_view secret) const;

  /// Changes with the salt and does not give it away.
  [[nodiscard]] std::string id() const { return fingerprint("portique salt").substr(0, 16); }

private:
  std::string salt_;
};

} // namespace portique::inspect
