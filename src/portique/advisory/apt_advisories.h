#pragma once

#include <vector>

#include "portique/advisory/apt_archive.h"
#include "portique/model/advisory.h"
#include "portique/model/report.h"

namespace portique::advisory {

/// The fixes as OSV records, one a CVE ("DEBIAN-CVE-2024-1234", upstream the CVE), sorted by id.
std::vector<model::Advisory> advisories_of(const AptFixes& fixes);

/// How the database names them: feed "apt", as new as the archive's index.
model::FeedInfo feed_info_of(const AptFixes& fixes);

} // namespace portique::advisory
