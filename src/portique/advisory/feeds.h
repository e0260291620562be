#pragma once

// Where advisories come from. To add a feed: a file pair that fetches, its test, and a line in
// feeds.cc.

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/advisory/download.h"
#include "portique/advisory/feed_state.h"
#include "portique/base/http_client.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::advisory {

/// What a user may choose; "" and empty are the feed's own defaults.
struct FeedChoices {
  std::string osv_mirror;              ///< URL or folder laid out like the public OSV export
  std::vector<std::string> ecosystems; ///< without release
  std::string kev_source;              ///< URL or file
  std::string epss_source;             ///< URL or file
  std::string apt_source;              ///< "URL SUITE [COMPONENT...]"
  std::filesystem::path apt_keyring;
  std::filesystem::path apt_config = "/etc/apt";
};

struct FeedContext {
  std::filesystem::path folder; ///< the feed's own, in the cache
  const FeedChoices& choices;
  const base::HttpOptions& http;
  const base::Limits& limits;
  const Progress& progress;
  base::Time now;
};

struct Feed {
  std::string_view name;
  std::string_view about;
  bool usual; ///< fetched where the user names no feeds
  /// Brings what is new into the folder and tells what lies there then. `state` is that of the
  /// last time, empty if there was none, and is replaced. Returns whether anything changed.
  base::Result<bool> (*fetch)(const FeedContext& context, FeedState& state);
};

/// Every feed.
std::span<const Feed> feeds();

/// nullptr if there is none of that name.
const Feed* find_feed(std::string_view name);

} // namespace portique::advisory
