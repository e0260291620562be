#pragma once

// What a feed has on this machine: a JSON file beside its downloads.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "portique/base/result.h"
#include "portique/base/time.h"
#include "portique/model/report.h"

namespace portique::advisory {

/// The validators of one download.
struct FetchedFile {
  std::string etag;
  std::string last_modified;
  std::optional<base::Time> fetched; ///< when all of it was fetched
  std::string newest;                ///< the newest change that it has, as the index writes it

  friend bool operator==(const FetchedFile&, const FetchedFile&) = default;
};

/// Files that a database is built from.
struct FeedContent {
  model::FeedInfo info;
  /// OSV records: zips, folders, single files. Of two records with one id the newer counts.
  std::vector<std::filesystem::path> osv;
  std::vector<std::filesystem::path> apt_fixes; ///< see format_apt_fixes()
  std::filesystem::path kev;                    ///< "" if the feed has none
  std::filesystem::path epss;
  std::vector<std::string> unread; ///< what of the feed could not be read, for the user
};

struct FeedState {
  FeedContent content;
  std::map<std::string, FetchedFile> files; ///< by a name that the feed chooses
};

/// Nothing if the feed was never fetched, or the file cannot be read.
std::optional<FeedState> load_feed_state(const std::filesystem::path& folder);

base::Result<void> save_feed_state(const std::filesystem::path& folder, const FeedState& state);

} // namespace portique::advisory
