#pragma once

#include <span>
#include <string>
#include <vector>

#include "portique/advisory/database.h"
#include "portique/model/distro.h"
#include "portique/model/finding.h"
#include "portique/model/issue.h"
#include "portique/model/package.h"
#include "portique/model/report.h"

namespace portique::advisory {

struct Matches {
  std::vector<model::Finding> findings; ///< `package` is an index into the packages given
  std::vector<std::string> notes;       ///< what no advisories exist for
  std::vector<model::Issue> issues;     ///< versions that cannot be compared, coverage gaps
  model::Coverage coverage = model::Coverage::NoPackages;
};

struct MatchOptions {
  base::Time now; ///< decides whether the release is past its end of life
  /// Kernel headers are built from the kernel's source, and its advisories name them; but no kernel
  /// runs from them, so they count only if asked for.
  bool kernel_headers = false;
};

/// Why a package is not held against the advisories, in one sentence; "" if it is. `coverage` is
/// that of the distribution.
std::string why_not_matched(const model::Package& package,
                            model::Coverage coverage,
                            const MatchOptions& options);

/// Which known vulnerabilities the packages carry. One finding per package and vulnerability: its
/// id is the CVE where there is one, every record that matched stands among its aliases. A package
/// of a language that belongs to a package of the distribution is judged by the distribution's
/// advisories alone, if there are any for this release.
base::Result<Matches> match(const Database& database,
                            const model::Distro& distro,
                            std::span<const model::Package> packages,
                            const MatchOptions& options);

} // namespace portique::advisory
