#pragma once

// The proof behind one vulnerability in one report.

#include <string_view>

#include "portique/advisory/database.h"
#include "portique/advisory/match.h"
#include "portique/base/result.h"
#include "portique/model/explanation.h"
#include "portique/model/report.h"

namespace portique::advisory {

/// Asks the database again for every package of a report what it says about one vulnerability, by
/// the same steps as match() and with every comparison put down. The report is one that was made
/// with this database and these options, and judged. `id` may be that of any record; case does not
/// matter.
base::Result<model::Explanation> explain(const Database& database,
                                         const model::Report& report,
                                         std::string_view id,
                                         const MatchOptions& options);

} // namespace portique::advisory
