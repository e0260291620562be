#include "portique/advisory/feeds.h"

#include <algorithm>
#include <array>

#include "portique/advisory/apt_feed.h"
#include "portique/advisory/exploit_feeds.h"
#include "portique/advisory/osv_feed.h"

namespace portique::advisory {

namespace {

constexpr auto kFeeds = std::to_array<Feed>({
    {"osv", "the public OSV export: distributions and language ecosystems", true, fetch_osv},
    {"kev", "CISA's known exploited vulnerabilities", true, fetch_kev},
    {"epss", "FIRST's exploit prediction scores", true, fetch_epss},
    {"apt", "the Debian security archives that apt is configured for", false, fetch_apt},
});

} // namespace

std::span<const Feed> feeds() {
  return kFeeds;
}

const Feed* find_feed(std::string_view name) {
  const auto found = std::ranges::find(kFeeds, name, &Feed::name);
  return found == kFeeds.end() ? nullptr : &*found;
}

} // namespace portique::advisory
