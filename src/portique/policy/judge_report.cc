#include "portique/policy/judge_report.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>

#include "portique/model/package_name.h"
#include "portique/policy/report_source.h"

namespace portique::policy {

namespace {

class Judge {
public:
  Judge(const Policy& policy, Domain domain, const model::Report& report, base::Time now)
      : policy_(&policy), report_(&report), now_(now), decider_(policy, domain), source_(domain) {
    verdict_.policy = policy.name();
    verdict_.file = policy.file();
    verdict_.version = policy.version();
    verdict_.audit = policy.audit();
    verdict_.rules =
        static_cast<std::size_t>(std::ranges::count_if(policy.rules(), [&](const Rule& rule) {
          return rule.is_asked() && rule.draft.domain == domain;
        }));
  }

  model::Verdict judge_image() {
    const std::size_t last = ask(view(), Scope::Whole, kNoLastRule);
    for (const model::Package& package : report_->packages) {
      ReportView about = view();
      about.package = &package;
      ask(about, Scope::Part, last);
    }
    for (const model::Finding& finding : report_->findings)
      if (!finding.suppression) ask_about(finding, view(), last);
    return finished();
  }

  model::Verdict judge_files(std::span<const model::ConfigFile> files) {
    std::map<std::string_view, std::vector<const model::Finding*>> findings;
    for (const model::Finding& finding : report_->findings)
      if (!finding.suppression) findings[finding.path].push_back(&finding);
    for (const model::ConfigFile& file : files) {
      ReportView about = view();
      about.file = &file;
      const std::size_t last = ask(about, Scope::Whole, kNoLastRule);
      for (const model::ConfigResource& resource : file.resources) {
        about.resource = &resource;
        ask(about, Scope::Part, last);
      }
      for (const model::Finding* finding : findings[file.path]) {
        about.resource = resource_of(file, finding->lines.first);
        ask_about(*finding, about, last);
      }
    }
    return finished();
  }

private:
  [[nodiscard]] ReportView view() const { return {.report = report_, .now = now_}; }

  /// The resource that a line belongs to; resources do not overlap.
  static const model::ConfigResource* resource_of(const model::ConfigFile& file,
                                                  std::uint32_t line) {
    const auto behind =
        std::ranges::upper_bound(file.resources, line, {}, [](const model::ConfigResource& each) {
          return each.lines.first;
        });
    if (behind == file.resources.begin()) return nullptr;
    const model::ConfigResource& found = *std::prev(behind);
    return line <= found.lines.last ? &found : nullptr;
  }

  void ask_about(const model::Finding& finding, ReportView about, std::size_t last) {
    about.finding = &finding;
    if (finding.package < report_->packages.size())
      about.package = &report_->packages[finding.package];
    ask(about, Scope::Finding, last);
  }

  /// The rule whose `allow` ended the matter, or kNoLastRule.
  std::size_t ask(const ReportView& about, Scope scope, std::size_t last) {
    source_.look_at(about);
    std::size_t ended = kNoLastRule;
    for (const Hit& hit : decider_.decide(source_, scope, last)) {
      const Rule& rule = policy_->rules()[hit.rule];
      if (rule.draft.action == model::Decision::Allow && !hit.exception) ended = hit.rule;
      verdict_.hits.push_back(told(hit, rule, about));
      if (!hit.exception)
        verdict_.decision = std::max(verdict_.decision, verdict_.hits.back().decision);
    }
    return ended;
  }

  model::RuleHit told(const Hit& hit, const Rule& rule, const ReportView& about) {
    model::RuleHit told;
    told.rule = rule.draft.name;
    told.decision = rule.draft.action;
    if (policy_->audit() && told.decision == model::Decision::Deny)
      told.decision = model::Decision::Warn;
    told.severity = rule.draft.severity;
    told.message = decider_.message(hit);
    if (about.finding != nullptr) told.finding = about.finding->id;
    if (about.package != nullptr)
      told.package = model::name_in_ecosystem(*about.package) + " " + about.package->version;
    if (about.file != nullptr) told.path = about.file->path;
    if (about.resource != nullptr) told.line = about.resource->lines.first;
    if (about.finding != nullptr && about.file != nullptr) told.line = about.finding->lines.first;
    if (hit.exception) told.exception = rule.exceptions[*hit.exception].says;
    return told;
  }

  model::Verdict finished() {
    std::ranges::stable_sort(verdict_.hits, std::greater(), [](const model::RuleHit& hit) {
      return static_cast<int>(hit.decision) - (hit.exception ? 10 : 0); // these come last
    });
    return std::move(verdict_);
  }

  const Policy* policy_;
  const model::Report* report_;
  base::Time now_;
  Decider decider_;
  ReportSource source_;
  model::Verdict verdict_;
};

} // namespace

model::Verdict judge_report(const Policy& policy, const model::Report& report, base::Time now) {
  return Judge(policy, Domain::Image, report, now).judge_image();
}

model::Verdict judge_config(const Policy& policy,
                            const model::Report& report,
                            std::span<const model::ConfigFile> files,
                            base::Time now) {
  return Judge(policy, Domain::Config, report, now).judge_files(files);
}

} // namespace portique::policy
