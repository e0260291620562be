#pragma once

// What a text is held against: sets, path prefixes, wildcards. Built once, asked without
// allocation.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "portique/base/result.h"

namespace portique::policy {

struct TextHash {
  using is_transparent = void;

  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

/// Texts, asked for whole.
class TextSet {
public:
  void add(std::string text);

  [[nodiscard]] bool contains(std::string_view text) const {
    const std::uint64_t length = 1ULL << (text.size() & 63U);
    return (lengths_ & length) != 0 && texts_.contains(text);
  }

  [[nodiscard]] std::size_t size() const { return texts_.size(); }

  template <typename Visit> void for_each(Visit visit) const {
    for (const std::string& text : texts_)
      visit(text);
  }

private:
  std::unordered_set<std::string, TextHash, std::equal_to<>> texts_;
  std::uint64_t lengths_ = 0; ///< one bit for each length modulo 64: most misses end here
};

/// fnmatch(3) as Falco calls it: * for any run of bytes, slashes too, ? for one, [a-z] and [!a-z]
/// for one of some, \ before what stands for itself.
bool fits_wildcard(std::string_view pattern, std::string_view text, bool ignore_case = false);

/// Whether anything in it is not just itself.
bool has_wildcard(std::string_view pattern);

/// A wildcard pattern with the alternatives of ksh - @(a|b), ?(a), *(a), +(a) - as a regular
/// expression over bytes; nothing if it has none. Code::Unsupported for !(a).
base::Result<std::optional<std::string>> extended_glob_to_regex(std::string_view pattern);

/// Any wildcard pattern as a regular expression that Hyperscan takes: only escapes like \x41.
std::string wildcard_to_regex(std::string_view pattern);

/// Byte by byte, with \x41 for whatever is not a letter or digit.
std::string escape_regex(std::string_view text);

/// Whether it holds `part`, without regard for the case of ASCII letters; `part` in lower case.
bool contains_ignore_case(std::string_view text, std::string_view part);

/// Folders and files, each standing for all that is below it. Components may have wildcards.
class PathPrefixes {
public:
  /// Code::LimitExceeded if it has more components than any path has.
  base::Result<void> add(std::string_view path);

  /// Whether one of them is the path, or a folder above it. Empty components do not count.
  [[nodiscard]] bool match(std::string_view path) const;

private:
  struct Node {
    std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> children;
    std::vector<std::pair<std::string, std::uint32_t>> wildcards;
    bool end = false;
  };

  [[nodiscard]] bool match_below(std::uint32_t node, std::string_view rest) const;

  std::vector<Node> nodes_{Node{}};
};

} // namespace portique::policy
