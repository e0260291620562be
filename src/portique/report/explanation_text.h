#pragma once

// What `portique explain` prints: docs/explain.md.

#include "portique/base/result.h"
#include "portique/model/explanation.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// For people.
base::Result<void> write_explanation_text(const model::Explanation& explanation,
                                          const model::Report& report,
                                          const WriteOptions& options,
                                          const Sink& sink);

/// For programs: docs/explain.md.
base::Result<void> write_explanation_json(const model::Explanation& explanation,
                                          const model::Report& report,
                                          const Sink& sink);

/// "1.1.1d-r0 < 1.1.1d-r2" with the words that go with the bound: "fixed 1.1.1d-r2".
std::string bound_text(const model::ExplainedEntry& entry, const model::ExplainedBound& bound);

} // namespace portique::report
