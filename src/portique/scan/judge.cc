#include "portique/scan/judge.h"

#include "portique/scan/risk.h"
#include "portique/scan/vex.h"

namespace portique::scan {

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
