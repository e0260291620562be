#pragma once

// Bringing the advisory database up to date: fetch, build beside the old file, verify, swap.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "portique/advisory/feeds.h"

namespace portique::advisory {

/// Makes a whole, verified database at `output` (absent before) from what the feeds have. Returns
/// what the user should know of it, a line each; usually nothing.
using BuildDatabase = std::function<base::Result<std::vector<std::string>>(
    const std::vector<FeedContent>& feeds, const std::filesystem::path& output)>;

struct UpdateRequest {
  std::vector<std::string> feeds; ///< to fetch; empty: the usual ones
  FeedChoices choices;
  std::filesystem::path cache_dir;
  std::filesystem::path database;
  base::HttpOptions http;
  Progress progress; ///< may be empty
  base::Time now;
  BuildDatabase build;
};

struct UpdateOutcome {
  bool rebuilt = false; ///< false: nothing was new, the database is as it was
  std::vector<model::FeedInfo> feeds;
  std::vector<std::string> unread; ///< what of the feeds could not be read
  std::vector<std::string> notes;  ///< what the build has to say
};

/// Feeds that an earlier update fetched stay in the database though this one does not fetch them.
/// On any failure the old database stays as it is. Code::Io if another update is under way;
/// Code::InvalidArgument for a feed that does not exist.
base::Result<UpdateOutcome> update_database(const UpdateRequest& request,
                                            const base::Limits& limits);

} // namespace portique::advisory
