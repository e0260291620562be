#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "portique/advisory/feed_state.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::advisory {

/// Builds and verifies a database from what the feeds have; see BuildDatabase in update.h.
base::Result<std::vector<std::string>> build_from_feeds(const std::vector<FeedContent>& feeds,
                                                        const std::filesystem::path& output,
                                                        base::Time now,
                                                        const base::Limits& limits);

} // namespace portique::advisory
