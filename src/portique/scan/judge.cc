#include "portique/scan/judge.h"

#include <algorithm>
#include <iterator>

#include "portique/scan/attached_vex.h"
#include "portique/scan/risk.h"
#include "portique/scan/vex.h"

namespace portique::scan {

base::Result<void>
fetch_attached_vex(Judgement& judgement, model::Report& report, const ScanOptions& options) {
  if (!judgement.attached_vex) return {};
  AttachedVex found = PQ_TRY(find_attached_vex(report.subject, options.registry, options.limits));
  std::ranges::move(found.documents, std::back_inserter(judgement.vex));
  std::ranges::move(found.notes, std::back_inserter(report.notes));
  return {};
}

void judge(const Judgement& judgement, model::Report& report, base::Time now) {
  if (!judgement.severity_sources.empty())
    apply_severity_sources(judgement.severity_sources, report);
  for (model::Finding& finding : report.findings)
    if (finding.kind == model::FindingKind::Vulnerability) finding.risk = risk_of(finding);
  if (!judgement.vex.empty()) apply_vex(judgement.vex, report);
  for (const IgnoreFile& file : judgement.ignore_files)
    apply_ignore_file(file, report, now);
  sort_findings(report, judgement.order);
}

} // namespace portique::scan
