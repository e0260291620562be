#pragma once

// What a rule's regular expression cannot say: checksums, encodings, what a block holds.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "portique/model/severity.h"

namespace portique::inspect {

struct CheckedMatch {
  std::string_view secret;
  std::string_view match; ///< all that the rule's expression matched
};

struct CheckVerdict {
  bool counts = true;
  std::optional<model::Severity> severity; ///< instead of the rule's
  std::string note;
};

struct SecretCheck {
  std::string_view name;
  CheckVerdict (*judge)(const CheckedMatch& match);
};

/// Every check that a rule can name.
std::span<const SecretCheck> secret_checks();

/// nullptr if there is no check of that name.
const SecretCheck* find_secret_check(std::string_view name);

/// GitHub's and npm's checksum: six base-62 digits of the CRC-32 of a text.
std::string checksum_base62(std::string_view text);

} // namespace portique::inspect
