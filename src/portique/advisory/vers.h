#pragma once

// Version ranges as purls and VEX documents write them:
// https://github.com/package-url/purl-spec/blob/main/VERSION-RANGE-SPEC.rst

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"
#include "portique/version/schemes.h"

namespace portique::advisory {

/// "vers:deb/>=1.2|<1.5|!=1.3".
struct Vers {
  enum class Comparator : std::uint8_t { Equal, NotEqual, Less, LessOrEqual, Greater, AtLeast };

  struct Constraint {
    Comparator comparator = Comparator::Equal;
    std::string version; ///< percent-decoded
  };

  std::string scheme; ///< "deb", "npm", "generic"
  bool all = false;   ///< "*"
  std::vector<Constraint> constraints;

  /// Whether a version lies in the range by the order given. Bounds that are no versions of that
  /// order make it false: what cannot be compared is not claimed.
  [[nodiscard]] bool contains(std::string_view version, const version::SchemeInfo& order) const;
};

/// Code::Malformed if it is not such a range.
base::Result<Vers> parse_vers(std::string_view text);

} // namespace portique::advisory
