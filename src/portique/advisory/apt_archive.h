#pragma once

// A Debian security archive as a source of advisories: which source package fixed which CVE first,
// read out of the changelogs of its newest packages.

#include <filesystem>
#include <string>
#include <vector>

#include "portique/advisory/apt_sources.h"
#include "portique/advisory/download.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::advisory {

struct AptFix {
  std::string source; ///< source package
  std::string cve;
  std::string fixed_version; ///< "" if the fix was taken back

  friend bool operator==(const AptFix&, const AptFix&) = default;
  friend auto operator<=>(const AptFix&, const AptFix&) = default;
};

struct AptFixes {
  std::string ecosystem; ///< "Debian:12"
  std::string suite;     ///< "bookworm-security"
  std::string uri;
  base::Time date;                 ///< of the archive's index
  std::vector<AptFix> fixes;       ///< sorted
  std::size_t packages = 0;        ///< source packages that were read
  std::vector<std::string> unread; ///< "NAME VERSION: why", sorted
};

struct AptFetch {
  std::filesystem::path cache;   ///< a folder of its own
  std::filesystem::path keyring; ///< for sources that name none
  base::Time now;
  base::HttpOptions http;
  unsigned parallel = 4;
  Progress progress;
};

/// Fetches the signed index, the list of source packages, and the changelog of each package whose
/// version is not in the cache yet. A package whose files the mirror does not have, or whose
/// changelog cannot be read, is `unread`; every other failure is an error.
base::Result<AptFixes>
fetch_apt_fixes(const AptSource& source, const AptFetch& fetch, const base::Limits& limits);

/// The tab-separated form in which fixes are kept; the header line carries the rest.
std::string format_apt_fixes(const AptFixes& fixes);
base::Result<AptFixes> parse_apt_fixes(std::string_view text);

} // namespace portique::advisory
