#pragma once

// Reports for tests, with every time given: one that shows all there is, and the awkward ones.

#include <string_view>
#include <vector>

#include "portique/model/report.h"

namespace portique::report {

struct SampleReport {
  std::string_view name; ///< also the folder of its golden files
  model::Report (*make)();
};

std::vector<SampleReport> sample_reports();

/// The sample of that name.
model::Report sample_report(std::string_view name);

/// Findings of every kind, and the verdict of a policy.
model::Report every_kind();

/// Configuration files, with lines.
model::Report configuration();

/// Texts that would be HTML, Markdown, XML or commands of a CI system if nobody escaped them.
model::Report markup();

/// 1500 packages and 20,000 findings with realistic texts.
model::Report large_report();

} // namespace portique::report
