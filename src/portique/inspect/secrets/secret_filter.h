#pragma once

// What tells a secret from something that only has its form.

#include <string_view>

#include "portique/inspect/secrets/secret_rule.h"

namespace portique::inspect {

/// Shannon entropy in bits a character.
double entropy_of(std::string_view text);

/// Whether the value stands for a secret without being one: "EXAMPLE", "xxxx", "${TOKEN}",
/// "<your-key>", "1234567890". `rank` is the rule's: what has no form of its own is held against
/// more words.
bool is_placeholder(std::string_view value, RuleRank rank);

} // namespace portique::inspect
