#pragma once

// The lines of a requirements file of pip.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portique::inventory {

struct RequirementLine {
  enum class Kind : std::uint8_t {
    Requirement, ///< `text` may still be none
    Option,      ///< "-r other.txt", "--index-url ..."
    Address,     ///< a file, folder or URL without a name before it
  };
  Kind kind = Kind::Requirement;
  std::size_t number = 0;          ///< of its first line, from 1
  std::string text;                ///< without comment and options behind it
  std::vector<std::string> hashes; ///< of --hash: "sha256:HEX"
};

/// Cursor over borrowed text: every line that says something, continued lines joined, then nothing.
class RequirementLineReader {
public:
  explicit RequirementLineReader(std::string_view text) : rest_(text) {}

  std::optional<RequirementLine> next();

private:
  std::string take_logical_line();

  std::string_view rest_;
  std::size_t number_ = 0; ///< of the line taken last
};

} // namespace portique::inventory
