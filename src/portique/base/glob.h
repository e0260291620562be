#pragma once

// Patterns for paths, as ignore files and build contexts write them ("doublestar"):
//   *      any characters but '/'        ?      one character but '/'
//   **     as a whole component: any number of components, none too
//   [a-z]  one of these, [!a-z] or [^a-z] none of these
//   {a,b}  one of these                  \x     the character itself

#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"

namespace portique::base {

class Glob {
public:
  /// Code::Malformed if a bracket or brace is left open; Code::LimitExceeded if the braces stand
  /// for more patterns than anyone writes.
  static Result<Glob> parse(std::string_view pattern);

  /// Whether the whole path fits. Takes time in proportion to pattern times path.
  [[nodiscard]] bool matches(std::string_view path) const;

  [[nodiscard]] const std::string& pattern() const { return pattern_; }

  friend bool operator==(const Glob& a, const Glob& b) { return a.pattern_ == b.pattern_; }

private:
  std::string pattern_;
  /// One for each way to choose from the braces, split into components.
  std::vector<std::vector<std::string>> alternatives_;
};

} // namespace portique::base
