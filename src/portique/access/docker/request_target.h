#pragma once

// The request-target of an HTTP request to an engine (RFC 9112, 3.2), read once and in one way.
// What an engine, a proxy or another engine could read in another way has no meaning here.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portique/base/result.h"

namespace portique::access {

struct RequestTarget {
  std::string version; ///< "1.41", "" if the path carries none
  /// Of the path behind the version, decoded. A segment may hold a slash that was sent as "%2F".
  std::vector<std::string> segments;
  bool trailing_slash = false;
  std::vector<std::pair<std::string, std::string>> query; ///< decoded, in order

  /// The segments as the engine sees them: cut again at slashes that had been encoded.
  [[nodiscard]] std::vector<std::string> engine_segments() const;
  /// "/containers/web/json".
  [[nodiscard]] std::string path() const;
};

/// Refuses, with a sentence: control characters, blanks, bytes that are not UTF-8, broken percent
/// escapes, fragments, doubled slashes, dot segments, semicolons in the query, forms other than
/// origin-form and absolute-form over http and https, query keys that differ in case alone, and
/// keys that stand twice with different values unless the engine reads them as a list.
base::Result<RequestTarget> parse_request_target(std::string_view target);

} // namespace portique::access
