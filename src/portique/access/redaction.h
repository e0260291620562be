#pragma once

// What must not stand in a trail: passwords, tokens and keys in targets and command lines.

#include <span>
#include <string>
#include <string_view>

namespace portique::access {

/// In the place of what was left out.
inline constexpr std::string_view kRedacted = "***";

/// Passwords of "//user:secret@host" become "***", behind a scheme or alone.
void mask_logins(std::string& text);

/// Words of a command joined by blanks; what follows --password, -p of mysql, TOKEN= and the like,
/// passwords in URLs and in Authorization headers become "***". At most 4 KiB.
std::string masked_command(std::span<const std::string> words);

/// Whether masked_command() would mask anything of the words, or one of them holds a secret among
/// other options: "username=ann,password=...".
bool shows_secret(std::span<const std::string> words);
bool shows_secret(std::string_view word);

/// A request's target with the values of query keys that hold secrets, build arguments among them,
/// as "***". At most 4 KiB.
std::string masked_target(std::string_view target);

} // namespace portique::access
