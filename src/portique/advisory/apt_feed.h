#pragma once

#include "portique/advisory/feeds.h"

namespace portique::advisory {

/// The security archives of the Debian mirror that apt is configured for; see apt_archive.h.
base::Result<bool> fetch_apt(const FeedContext& context, FeedState& state);

} // namespace portique::advisory
