#include "portique/cli/scan_targets.h"

#include <algorithm>
#include <string>
#include <utility>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/cli/command.h"
#include "portique/cli/policy_flags.h"
#include "portique/cli/progress_line.h"
#include "portique/cli/terminal_options.h"
#include "portique/policy/judge_report.h"
#include "portique/report/scan_overview.h"
#include "portique/scan/base_image.h"
#include "portique/scan/verdict_store.h"

namespace portique::cli {

namespace {

/// A file system without layers. What a name of an image stands for always has some.
bool is_root(image::SourceKind kind) {
  using image::SourceKind;
  return !image::has_layers(kind) && kind != SourceKind::Directory && kind != SourceKind::Sbom;
}

base::Result<model::Report> scan_and_judge(const ScanPlan& plan,
                                           const NamedTarget& target,
                                           const advisory::Database& database) {
  ProgressLine line(plan.quiet);
  scan::ScanOptions options = plan.options;
  options.progress = [&line](std::size_t done, std::size_t all) {
    line.show("reading layers", done, all);
  };
  const bool narrowed = plan.contents_of_roots && is_root(target.target.kind);
  if (narrowed) options.contents = *plan.contents_of_roots;
  auto scanned = scan::scan(target.target, target.name, database, options);
  line.clear();
  if (scanned && narrowed)
    scanned->notes.emplace_back(
        "the contents of files were not looked into; --scanners vuln,secret does");
  if (!scanned) return std::unexpected(std::move(scanned).error().at(target.name));
  scan::Judgement judgement = plan.judgement;
  PQ_TRY(base::at(target.name, scan::fetch_attached_vex(judgement, *scanned, plan.options)));
  scan::judge(judgement, *scanned, plan.options.now);
  return scanned;
}

/// Scans the images of --base and --compare-base and judges them by the same rules.
base::Result<void> compare_with_bases(const ScanPlan& plan,
                                      const advisory::Database& database,
                                      model::Report& report) {
  const auto scan_other =
      [&](const std::optional<NamedTarget>& target) -> base::Result<std::optional<model::Report>> {
    if (!target) return std::nullopt;
    return PQ_TRY(scan_and_judge(plan, *target, database));
  };
  const auto name_of = [](const std::optional<NamedTarget>& target) {
    return target ? target->name : std::string{};
  };
  const auto given = PQ_TRY(scan_other(plan.base));
  const auto newer = PQ_TRY(scan_other(plan.compare_base));
  scan::apply_base({name_of(plan.base), given ? &*given : nullptr},
                   {name_of(plan.compare_base), newer ? &*newer : nullptr},
                   report);
  return {};
}

/// The policy sees all findings, also those that filters hide. What it says is kept for the gates
/// that let images in; where that fails they know of no scan, and the report says so.
void judge_by_policy(const ScanPlan& plan, model::Report& report) {
  if (!plan.policy) return;
  report.verdict = policy::judge_report(*plan.policy->policy, report, plan.options.now);
  note_expired(*plan.policy, report);
  const auto kept = scan::VerdictStore(plan.options.cache_dir).store(report);
  if (!kept)
    report.notes.push_back("the verdict could not be kept for gates: " + kept.error().text());
}

base::Result<model::Report> finished_report(const ScanPlan& plan,
                                            const NamedTarget& target,
                                            const advisory::Database& database) {
  model::Report report = PQ_TRY(scan_and_judge(plan, target, database));
  PQ_TRY(compare_with_bases(plan, database, report));
  judge_by_policy(plan, report);
  scan::apply_filter(plan.filter, report);
  return report;
}

base::Result<void> check_places(const ScanPlan& plan) {
  if (plan.places.size() != 1 || !plan.places.front().file.empty() ||
      (plan.places.front().format->name != "table" && plan.places.front().format->name != "json"))
    return base::fail(base::Code::InvalidArgument,
                      "several targets are reported as a table or as JSON on standard output; scan "
                      "them one by one for other formats and for files");
  return {};
}

/// What could not be done at all outweighs a tripped gate, and that what is incomplete.
int worst_of(const std::vector<report::TargetOutcome>& outcomes, const std::vector<int>& codes) {
  if (std::ranges::any_of(outcomes, [](const auto& outcome) { return !outcome.report; }))
    return static_cast<int>(ExitCode::Failed);
  int worst = 0;
  for (const int code : codes)
    if (worst == 0 || (code != 0 && code != scan::kExitIncomplete)) worst = code;
  return worst;
}

} // namespace

base::Result<int>
scan_target(const ScanPlan& plan, const NamedTarget& target, const advisory::Database& database) {
  const model::Report report = PQ_TRY(finished_report(plan, target, database));
  PQ_TRY(write_reports(plan.places, report, plan.write));
  return scan::exit_code_of(report, plan.gate);
}

base::Result<int> scan_targets(const ScanPlan& plan,
                               const std::vector<NamedTarget>& targets,
                               const advisory::Database& database) {
  PQ_TRY(check_places(plan));
  ScanPlan shared = plan;
  // Without a cache of the user's, one for this run shares the layers.
  std::optional<base::TempDir> cache;
  if (shared.options.cache_dir.empty()) {
    cache.emplace(PQ_TRY(base::TempDir::create("portique-layers")));
    shared.options.cache_dir = cache->path();
  }
  const bool table = plan.places.front().format->name == "table";
  std::vector<report::TargetOutcome> outcomes;
  std::vector<int> codes;
  for (const NamedTarget& target : targets) {
    report::TargetOutcome outcome{.name = target.name, .report = std::nullopt, .error = {}};
    auto report = finished_report(shared, target, database);
    if (!report) {
      outcome.error = report.error().text();
      complain(report.error());
    } else {
      const int code = scan::exit_code_of(*report, plan.gate);
      codes.push_back(code);
      outcome.tripped = code != 0 && code != scan::kExitIncomplete;
      outcome.incomplete = scan::is_incomplete(*report);
      if (table) {
        PQ_TRY(write_reports(plan.places, *report, plan.write));
        PQ_TRY(write_to_stdout("\n"));
      }
      outcome.report = std::move(*report);
    }
    outcomes.push_back(std::move(outcome));
  }
  if (table)
    PQ_TRY(report::write_overview(outcomes, plan.write, write_to_stdout));
  else
    PQ_TRY(report::write_json_overview(outcomes, plan.write, write_to_stdout));
  return worst_of(outcomes, codes);
}

} // namespace portique::cli
