#pragma once

// The commands of a shell script, as far as checks ask: which programs are run with which words,
// what is piped into what. Not an interpreter: variables stay as they are written.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portique::inspect::dockerfile {

struct ShellCommand {
  std::vector<std::string> words;   ///< quotes resolved; the first is the program
  std::size_t offset = 0;           ///< of the first word in the script
  std::size_t list = 0;             ///< commands of one pipeline have the same number
  bool piped = false;               ///< reads what the command before it writes
  bool sudo = false;                ///< run through sudo
  std::vector<std::string> outputs; ///< files that it is redirected into

  /// Without the folder: "curl" of "/usr/bin/curl"; "" if there is none.
  [[nodiscard]] std::string_view program() const;
  /// The first word behind the program that is no flag: "install".
  [[nodiscard]] std::string_view verb() const;
  [[nodiscard]] bool has_word(std::string_view word) const;
  /// "-y" also as a letter of "-qy"; "--yes" also as "--yes=...".
  [[nodiscard]] bool has_flag(std::string_view flag) const;
  /// Words behind the program that are no flags, without the verb.
  [[nodiscard]] std::vector<std::string_view> operands() const;
};

/// In the order in which they stand; those of command substitutions and of "sh -c" behind the one
/// that holds them.
std::vector<ShellCommand> shell_commands(std::string_view script);

/// The command of the exec form; programs that run another one (sudo, env) are looked through.
ShellCommand command_of_words(std::vector<std::string> words);

} // namespace portique::inspect::dockerfile
