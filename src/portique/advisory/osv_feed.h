#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "portique/advisory/feeds.h"

namespace portique::advisory {

/// The OSV export, https://google.github.io/osv.dev/data/.
base::Result<bool> fetch_osv(const FeedContext& context, FeedState& state);

/// One line of a modified_id.csv: "2024-08-15T00:05:00Z,GO-2024-1".
struct ModifiedRecord {
  std::string modified;
  std::string id;

  friend bool operator==(const ModifiedRecord&, const ModifiedRecord&) = default;
};

/// The records of the index that changed after `since` (of the index's own writing, "" for all).
/// Lines whose id could not be a file's name, or whose date is none, are left out.
std::vector<ModifiedRecord> modified_since(std::string_view index, std::string_view since);

} // namespace portique::advisory
