#pragma once

// Finds decisions in a trail.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "portique/access/audit/trail_cursor.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

/// What is empty does not select. Names may hold one "*".
struct TrailQuery {
  std::string user;
  std::string group;
  std::string resource; ///< name or id of what was acted upon; ids may be given by their beginning
  std::string action;
  std::string gate;
  std::string decision; ///< "allow", "deny"
  std::string rule;
  std::optional<base::Time> since;
  std::optional<base::Time> until; ///< not included
  std::string text;                ///< anywhere in the line, upper and lower case alike
  bool all_kinds = false;          ///< also lines that are no decisions
};

struct FoundLine {
  std::string_view line; ///< valid during the call
  const boost::json::object& members;
};

/// Whether a line is meant. `members` are its own.
bool selects(const TrailQuery& query, std::string_view line, const boost::json::object& members);

/// Hands over what is found, up to the present end of the cursor. Stops where `found` returns
/// false. The number of lines that could not be read.
base::Result<std::uint64_t> search_trail(TrailCursor& cursor,
                                         const TrailQuery& query,
                                         const std::function<bool(const FoundLine&)>& found);

} // namespace portique::access
