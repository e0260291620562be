#pragma once

#include <span>
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
  std::vector<model::Issue> issues;     ///< versions that cannot be compared, coverage gaps
  model::Coverage coverage = model::Coverage::NoPackages;
};

/// Which known vulnerabilities the packages carry. One finding per package and vulnerability: its
/// id is the CVE where there is one, every record that matched stands among its aliases. `now`
/// decides whether the release is past its end of life.
base::Result<Matches> match(const Database& database,
                            const model::Distro& distro,
                            std::span<const model::Package> packages,
                            base::Time now);

} // namespace portique::advisory
