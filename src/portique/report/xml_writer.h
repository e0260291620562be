#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "portique/report/sink.h"

namespace portique::report {

/// Writes one XML 1.0 document straight to an output: indented by two blanks, always well-formed
/// UTF-8. What XML cannot hold (most control characters, bytes that are no UTF-8) becomes U+FFFD.
/// Names are the caller's and are written as they are.
class XmlWriter {
public:
  /// Writes the declaration.
  explicit XmlWriter(Output& out);

  void begin(std::string_view name);
  /// Of the element that was begun last, before anything inside it.
  void attribute(std::string_view name, std::string_view value);
  void end();

  /// An element that holds only text.
  void text(std::string_view name, std::string_view value);

  /// Text of the element that was begun last, which holds nothing else.
  void content(std::string_view value);

private:
  enum class State : std::uint8_t { TagOpen, HasText, HasElements };

  struct Element {
    std::string name;
    State state = State::TagOpen;
  };

  void close_tag();
  void indent();
  void escaped(std::string_view value);

  Output& out_;
  std::vector<Element> open_;
};

} // namespace portique::report
