#pragma once

#include <string_view>

namespace portique::access {

/// Whether a variable, an option or a member is named as what holds a secret: DB_PASSWORD, apiKey,
/// --access-key. Capitals do not matter.
bool names_a_secret(std::string_view name);

} // namespace portique::access
