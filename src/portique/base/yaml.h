#pragma once

// YAML 1.2 that a stranger wrote, as a plain tree with bounds. The only place that knows yaml-cpp.
//
// Aliases are replaced by what they name and merge keys (`<<`) by the members that they bring, so a
// reader sees neither; both are paid for from limits.h, so a "billion laughs" document is refused.
// Tags are ignored. Every node knows where it was written.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::base {

/// Counted from 1; columns in characters.
struct YamlPlace {
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  friend bool operator==(const YamlPlace&, const YamlPlace&) = default;
};

/// "line 3, column 5".
std::string yaml_place_text(YamlPlace place);

struct YamlMember;

/// One value. What an alias brought in keeps the place of the original.
struct YamlNode {
  enum class Kind : std::uint8_t { Null, Scalar, Sequence, Mapping };

  Kind kind = Kind::Null;
  bool quoted = false; ///< a scalar in quotes, a block scalar or tagged !!str: always a text
  YamlPlace place;
  std::string text;                ///< of a scalar, escapes resolved
  std::vector<YamlNode> items;     ///< of a sequence
  std::vector<YamlMember> members; ///< of a mapping, in their order; merged ones at the end

  [[nodiscard]] bool is_mapping() const { return kind == Kind::Mapping; }

  [[nodiscard]] bool is_sequence() const { return kind == Kind::Sequence; }

  [[nodiscard]] bool is_scalar() const { return kind == Kind::Scalar; }

  /// Nothing written, or `~` or `null` without quotes.
  [[nodiscard]] bool is_null() const;

  /// The value of a member, or nullptr; also if this is no mapping. Takes time linear in the
  /// members.
  [[nodiscard]] const YamlNode* find(std::string_view key) const;

  /// true and false, and the yes, no, on, off of YAML 1.1 that Go's readers still take; nothing for
  /// all else and for what stands in quotes.
  [[nodiscard]] std::optional<bool> boolean() const;

  /// A decimal, 0x or 0o number without quotes that fits.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
};

struct YamlMember {
  std::string key;     ///< as text, whatever it was; the empty text for a key that is null
  YamlPlace place;     ///< of the key
  bool merged = false; ///< came by a merge key
  YamlNode value;
};

/// A key that stands twice in one mapping. YAML forbids it, and readers differ in which one counts.
struct YamlDuplicate {
  std::string key;
  YamlPlace first;
  YamlPlace second;
};

struct YamlDocument {
  YamlNode root;
  std::vector<YamlDuplicate> duplicates; ///< only with DuplicateKeys::KeepLast
};

enum class DuplicateKeys : std::uint8_t {
  Refuse,
  KeepLast, ///< the last one counts, as in most readers; all are listed
};

/// Every document of a stream; a stream without content has none. The text must be UTF-8 without
/// control characters. Errors name the place. Keys that are no scalars are Code::Unsupported.
Result<std::vector<YamlDocument>> parse_yaml(std::string_view text,
                                             const Limits& limits,
                                             DuplicateKeys duplicates = DuplicateKeys::Refuse);

/// The only document of a stream, a null one if it has no content; Code::Malformed if there are
/// several.
Result<YamlDocument> parse_single_yaml(std::string_view text,
                                       const Limits& limits,
                                       DuplicateKeys duplicates = DuplicateKeys::Refuse);

} // namespace portique::base
