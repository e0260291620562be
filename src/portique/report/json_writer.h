#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/time.h"
#include "portique/report/sink.h"

namespace portique::report {

/// Writes one JSON document straight to an output: indented by two blanks, arrays of texts on one
/// line, always valid UTF-8 (bytes that are none become U+FFFD). Characters that are not printable
/// are written as escapes, so that the document can be shown on a terminal and still holds them.
///
/// A member's name comes first in every call; inside an array, and for the outermost value, the
/// name is left out.
class JsonWriter {
public:
  explicit JsonWriter(Output& out) : out_(out) {}

  void begin_object() { begin(std::nullopt, '{'); }

  void begin_object(std::string_view name) { begin(name, '{'); }

  void end_object() { end('}'); }

  void begin_array() { begin(std::nullopt, '['); }

  void begin_array(std::string_view name) { begin(name, '['); }

  void end_array() { end(']'); }

  void text(std::string_view name, std::string_view value);
  /// null for the empty text.
  void text_or_null(std::string_view name, std::string_view value);
  void texts(std::string_view name, std::span<const std::string> values);
  /// A text as an element of the open array.
  void element(std::string_view value);
  void integer(std::string_view name, std::uint64_t value);
  /// The shortest text that reads back as the same number; null if it is not finite.
  void number(std::string_view name, double value);
  void boolean(std::string_view name, bool value);
  void null(std::string_view name);
  /// RFC 3339, or null.
  void time(std::string_view name, const std::optional<base::Time>& value);

  /// The newline behind the document.
  void finish() { out_.append("\n"); }

private:
  void begin(std::optional<std::string_view> name, char bracket);
  void end(char bracket);
  /// What stands before a value: comma, new line, indentation, name.
  void lead(std::optional<std::string_view> name);
  void string(std::string_view value);

  Output& out_;
  std::vector<bool> has_members_; ///< one per open bracket
};

} // namespace portique::report
