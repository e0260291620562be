#pragma once

// Whether a variable's name says that its value is a secret.

#include <string_view>

namespace portique::inspect {

/// "DB_PASSWORD", "github-token", "AWS_SECRET_ACCESS_KEY"; not "TOKEN_URL" and not
/// "PASSWORD_FILE", which say where one is.
bool is_secret_name(std::string_view name);

/// Whether a value can be the secret itself: not empty, no variable, no placeholder, no path to a
/// file of secrets.
bool is_secret_value(std::string_view value);

} // namespace portique::inspect
