#pragma once

// Debian's control format (deb822(5)): paragraphs of fields, as in Release, Sources, Packages and
// apt's .sources files.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace portique::advisory {

/// One paragraph. Borrows from the text that it was read from.
class ControlParagraph {
public:
  /// The value with its continuation lines, first line trimmed; "" if there is no such field.
  /// Names are compared without case.
  [[nodiscard]] std::string_view field(std::string_view name) const;

  [[nodiscard]] bool empty() const { return fields_.empty(); }

private:
  friend class ControlReader;
  std::vector<std::pair<std::string_view, std::string_view>> fields_;
};

/// Reads paragraph after paragraph; lines that are no field are passed over, as apt does.
class ControlReader {
public:
  explicit ControlReader(std::string_view text) : rest_(text) {}

  /// Nothing at the end. Borrows from the text.
  std::optional<ControlParagraph> next();

private:
  std::string_view rest_;
};

/// A file of a "Checksums-Sha256" or "SHA256" field: digest, size, name.
struct ControlFile {
  std::string sha256; ///< 64 hexadecimal digits
  std::uint64_t size = 0;
  std::string name;
};

/// Lines that are not of that form are left out.
std::vector<ControlFile> control_files(std::string_view field);

/// The words between blanks and line ends.
std::vector<std::string_view> control_words(std::string_view field);

} // namespace portique::advisory
