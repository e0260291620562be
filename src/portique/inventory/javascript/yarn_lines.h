#pragma once

// The syntax of yarn.lock: keys and values by indentation. What yarn 1 writes has no name but its
// own; what yarn 2 and later write is YAML that keeps to the same few forms.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portique::inventory {

struct YarnLine {
  std::size_t number = 0; ///< from 1
  std::size_t depth = 0;  ///< two blanks are one
  /// Without quotes. In depth 0 the requests that an entry answers ("a@^1", "a@^1.2"); else one.
  std::vector<std::string> keys;
  std::string value;   ///< without quotes; "" if deeper lines follow
  bool broken = false; ///< it fits no form; `value` is the line
};

/// Cursor over borrowed text: every line that says something, then nothing.
class YarnLineReader {
public:
  explicit YarnLineReader(std::string_view text) : rest_(text) {}

  std::optional<YarnLine> next();

private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

} // namespace portique::inventory
