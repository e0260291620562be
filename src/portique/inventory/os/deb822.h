#pragma once

// Debian's control file syntax, deb822(5), as dpkg's databases and copyright files use it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace portique::inventory {

/// Whether dpkg would take it for the name of a package.
bool is_deb_package_name(std::string_view name);

struct Deb822Item {
  enum class Kind : std::uint8_t {
    Field,
    EndOfStanza, ///< one or more blank lines, or the end of the text
    Broken,      ///< a line that is neither field nor continuation; `value` is the line
  };
  Kind kind = Kind::Field;
  std::size_t line = 0;  ///< of its first line, from 1
  std::string_view name; ///< as written; case does not matter
  /// Without blanks at its ends. Continuation lines are in it as written, each after a line feed;
  /// it begins with one if nothing stands on the first line.
  std::string_view value;
};

/// Cursor over borrowed text: the items in their order, then nothing. Every stanza ends with an
/// EndOfStanza; text without any field gives none. Comment lines ('#') are passed over. A line of
/// blanks alone continues a field, as dpkg has it.
class Deb822Reader {
public:
  explicit Deb822Reader(std::string_view text) : rest_(text) {}

  std::optional<Deb822Item> next();

private:
  std::string_view take_line();
  Deb822Item field(std::string_view line);

  std::string_view rest_;
  std::size_t line_ = 0; ///< number of the line taken last
  bool in_stanza_ = false;
};

} // namespace portique::inventory
