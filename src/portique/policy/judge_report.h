#pragma once

// The gate for images: a finished report against the rules `on: image`.

#include "portique/base/time.h"
#include "portique/model/report.h"
#include "portique/policy/policy.h"

namespace portique::policy {

/// A field's value for the report itself, for one of its findings (and that finding's package), or
/// for one of its packages.
struct ReportView {
  const model::Report* report = nullptr;
  const model::Finding* finding = nullptr;
  const model::Package* package = nullptr;
  base::Time now;
};

/// Rules about findings are asked for each finding that counts (is not suppressed), rules about
/// packages for each package, the others once. An `allow` ends the matter for what it is about; one
/// about the image itself for all of it.
model::Verdict judge_report(const Policy& policy, const model::Report& report, base::Time now);

/// The fields `on: image` that reports cannot answer; for a test, which wants none.
std::vector<std::string> unanswered_image_fields();

} // namespace portique::policy
