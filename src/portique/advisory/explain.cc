#include "portique/advisory/explain.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "portique/advisory/cvss.h"
#include "portique/advisory/ecosystem.h"
#include "portique/advisory/package_match.h"
#include "portique/base/text.h"
#include "portique/model/package_name.h"

namespace portique::advisory {

using model::EntryOutcome;
using model::EventKind;
using model::ExplainedEntry;
using model::ExplainedPackage;
using model::ExplainedVerdict;

namespace {

constexpr std::size_t kListedElsewhere = 20;

bool holds_id(const std::vector<std::string>& ids, std::string_view id) {
  return std::ranges::any_of(
      ids, [&](const std::string& known) { return base::equals_ignore_case(known, id); });
}

bool mentions(const AdvisoryHead& head, std::string_view id) {
  return base::equals_ignore_case(head.id, id) || holds_id(head.cves, id) ||
         holds_id(head.aliases, id);
}

bool is_about(const model::Finding& finding, const model::Explanation& explanation) {
  for (const std::string_view id :
       {std::string_view(explanation.id), std::string_view(explanation.asked)})
    if (base::equals_ignore_case(finding.id, id) || holds_id(finding.aliases, id) ||
        holds_id(finding.advisories, id))
      return true;
  return false;
}

/// The records about the vulnerability by number.
using Records = std::map<std::uint64_t, AdvisoryHead>;

base::Result<Records> records_with(const Database& database, std::string_view id) {
  Records records;
  PQ_TRY(database.for_each_head([&](std::uint64_t index, const AdvisoryHead& head) {
    if (mentions(head, id)) records.emplace(index, head);
  }));
  return records;
}

/// The CVE that all records with the id stand for, if they agree on one.
std::string cve_of(const Records& records) {
  std::set<std::string> cves;
  for (const auto& [index, head] : records)
    cves.insert(head.cves.begin(), head.cves.end());
  return cves.size() == 1 ? *cves.begin() : std::string();
}

base::Result<Records> find_records(const Database& database, model::Explanation& explanation) {
  Records records = PQ_TRY(records_with(database, explanation.asked));
  explanation.id = explanation.asked;
  if (const std::string cve = cve_of(records); !cve.empty()) {
    explanation.id = cve;
    if (!base::equals_ignore_case(cve, explanation.asked))
      records.merge(PQ_TRY(records_with(database, cve)));
  }
  std::set<std::string> aliases;
  for (const auto& [index, head] : records) {
    aliases.insert(head.id);
    // The other aliases of a record about several CVEs are those of other vulnerabilities.
    if (head.cves.size() <= 1) aliases.insert(head.aliases.begin(), head.aliases.end());
    const AdvisoryText text = PQ_TRY(database.text(index));
    explanation.records.push_back({head.id,
                                   head.cves,
                                   head.aliases,
                                   text.title,
                                   head.published,
                                   head.modified,
                                   head.withdrawn});
  }
  aliases.erase(explanation.id);
  explanation.aliases.assign(aliases.begin(), aliases.end());
  std::ranges::sort(explanation.records, {}, &model::ExplainedRecord::id);
  return records;
}

base::Result<void> add_facts(const Database& database, model::Explanation& explanation) {
  const auto facts = PQ_TRY(database.cve(explanation.id));
  if (!facts) return {};
  explanation.kev = facts->kev;
  if (facts->epss) explanation.epss = {*facts->epss, facts->epss_percentile.value_or(0)};
  for (const CveFacts::Vector& vector : facts->vectors)
    if (const auto score = cvss_score(vector.vector))
      explanation.cvss.push_back(
          {std::string(score->version), vector.vector, score->score, vector.source});
  return {};
}

// --- sentences ------------------------------------------------------------------------------

/// Why a version lies outside of a range, by the bound that decides.
std::string outside_text(const ExplainedEntry& entry, const model::ExplainedRange& range) {
  const std::string version = base::printable(entry.version);
  std::string text;
  for (const model::ExplainedBound& bound : range.bounds) {
    if (!bound.order) continue;
    const std::string limit = base::printable(bound.version);
    if (bound.kind == EventKind::Fixed && *bound.order >= 0)
      text = fmt::format("{} is at or above the fix {}", version, limit);
    else if (bound.kind == EventKind::LastAffected && *bound.order > 0)
      text = fmt::format("{} is above the last affected version {}", version, limit);
    else if (bound.kind == EventKind::Limit && *bound.order >= 0)
      text = fmt::format("{} is at or above the limit {}", version, limit);
    else if (bound.kind == EventKind::Introduced && *bound.order < 0 && text.empty())
      text = fmt::format("{} is older than {}, which introduced it", version, limit);
  }
  return text;
}

std::string not_affected_text(const ExplainedEntry& entry) {
  for (const model::ExplainedRange& range : entry.ranges)
    if (const std::string text = outside_text(entry, range); !text.empty())
      return fmt::format("{} by {} order ({})", text, entry.order, entry.record);
  if (entry.listed_versions > 0)
    return fmt::format("{} is none of the {} versions that {} lists",
                       base::printable(entry.version),
                       entry.listed_versions,
                       entry.record);
  return fmt::format("{} lies in no range of {}", base::printable(entry.version), entry.record);
}

std::string affected_text(const ExplainedEntry& entry) {
  const std::string version = base::printable(entry.version);
  if (entry.is_listed) return fmt::format("{} lists the version {}", entry.record, version);
  if (entry.fixed.empty())
    return fmt::format("{} lies in a range of {} that has no fix", version, entry.record);
  return fmt::format("{} is below the fix {} by {} order ({})",
                     version,
                     base::printable(entry.fixed),
                     entry.order,
                     entry.record);
}

std::string remedy_for(const model::Package& package, const model::Finding& finding) {
  if (!finding.remedy.empty()) return finding.remedy;
  const std::string name = base::printable(model::name_in_ecosystem(package));
  switch (finding.fix_state) {
  case model::FixState::Fixed:
    return fmt::format(
        "upgrade {} to {}", name, base::printable(finding.fixed_version.value_or("")));
  case model::FixState::NotFixed:
    return fmt::format("there is no fixed version of {} yet: remove it, or judge and accept it",
                       name);
  case model::FixState::EndOfLife:
    return fmt::format("no fix of {} will come: move to a supported release", name);
  }
  return {};
}

std::string suppressed_text(const model::Suppression& suppression) {
  std::string text = "suppressed by " + base::printable(suppression.by);
  if (!suppression.reason.empty()) text += ": " + base::printable(suppression.reason);
  if (suppression.until) text += " (until " + base::format_date(*suppression.until) + ")";
  return text;
}

// --- verdicts -------------------------------------------------------------------------------

const ExplainedEntry* first_with(const ExplainedPackage& package, EntryOutcome outcome) {
  const auto found = std::ranges::find(package.entries, outcome, &ExplainedEntry::outcome);
  return found == package.entries.end() ? nullptr : &*found;
}

std::string releases_in(const ExplainedPackage& package) {
  std::set<std::string> releases;
  for (const ExplainedEntry& entry : package.entries)
    if (entry.outcome == EntryOutcome::OtherRelease) releases.insert(entry.ecosystem);
  std::string text;
  for (const std::string& release : releases)
    text += (text.empty() ? "" : ", ") + base::printable(release);
  return text;
}

/// For a package that the scan reports nothing about.
void settle_without_finding(ExplainedPackage& explained, std::string_view skipped) {
  if (!skipped.empty()) {
    explained.verdict = ExplainedVerdict::NotAffected;
    explained.why = skipped;
  } else if (const auto* entry = first_with(explained, EntryOutcome::Undetermined)) {
    explained.verdict = ExplainedVerdict::Undetermined;
    explained.why = fmt::format("{} cannot be compared with the bounds of {}",
                                base::printable(entry->version),
                                entry->record);
  } else if (first_with(explained, EntryOutcome::Affected) != nullptr) {
    explained.verdict = ExplainedVerdict::NotAffected;
    explained.why = "the record that affects it is about no vulnerability";
  } else if (const auto* cleared = first_with(explained, EntryOutcome::Cleared)) {
    explained.verdict = ExplainedVerdict::NotAffected;
    explained.why =
        fmt::format("the extended support that it comes from has fixed {}", cleared->record);
  } else if (const auto* outside = first_with(explained, EntryOutcome::NotAffected)) {
    explained.verdict = ExplainedVerdict::NotAffected;
    explained.why = not_affected_text(*outside);
  } else if (const auto* build = first_with(explained, EntryOutcome::OtherBuild)) {
    explained.verdict = ExplainedVerdict::NotAffected;
    explained.why =
        fmt::format("{} is about other packages or another module stream", build->record);
  } else {
    explained.verdict = ExplainedVerdict::NotKnown;
    explained.why = "the records speak about other releases only: " + releases_in(explained);
  }
}

void settle(ExplainedPackage& explained, const model::Package& package, std::string_view skipped) {
  if (!explained.finding) return settle_without_finding(explained, skipped);
  const auto* entry = first_with(explained, EntryOutcome::Affected);
  explained.why = entry == nullptr ? std::string("the scan says so") : affected_text(*entry);
  explained.remedy = remedy_for(package, *explained.finding);
  explained.verdict = ExplainedVerdict::Affected;
  if (const auto& suppression = explained.finding->suppression) {
    explained.verdict = ExplainedVerdict::Suppressed;
    explained.why += "; " + suppressed_text(*suppression);
  }
}

/// The gravest verdict of any package is that of the whole.
void settle(model::Explanation& explanation, const model::Report& report) {
  constexpr std::array kGravest{ExplainedVerdict::Affected,
                                ExplainedVerdict::Undetermined,
                                ExplainedVerdict::Suppressed,
                                ExplainedVerdict::NotAffected,
                                ExplainedVerdict::NotKnown};
  for (const ExplainedVerdict verdict : kGravest) {
    const auto decides =
        std::ranges::find(explanation.packages, verdict, &ExplainedPackage::verdict);
    if (decides == explanation.packages.end()) continue;
    explanation.verdict = verdict;
    explanation.why = base::printable(report.packages[decides->package].name) + ": " + decides->why;
    return;
  }
  const bool withdrawn = !explanation.records.empty() &&
                         std::ranges::all_of(explanation.records, [](const auto& record) {
                           return record.withdrawn.has_value();
                         });
  if (explanation.records.empty()) {
    explanation.verdict = ExplainedVerdict::NotKnown;
    explanation.why = fmt::format("no record of the database speaks about {}",
                                  base::printable(explanation.asked));
  } else if (withdrawn) {
    explanation.verdict = ExplainedVerdict::Withdrawn;
    explanation.why = fmt::format("{} was withdrawn on {}",
                                  explanation.records.front().id,
                                  base::format_date(*explanation.records.front().withdrawn));
  } else {
    explanation.verdict = ExplainedVerdict::NotInstalled;
    explanation.why = "nothing that its records are about is installed";
  }
}

class Explainer {
public:
  Explainer(const Database& database, const model::Report& report, const MatchOptions& options)
      : database_(&database), report_(&report), options_(&options),
        ecosystem_(ecosystem_of(report.distro)), matcher_(database, ecosystem_) {}

  base::Result<model::Explanation> run(std::string_view id) {
    model::Explanation explanation;
    explanation.asked = id;
    records_ = PQ_TRY(find_records(*database_, explanation));
    PQ_TRY(add_facts(*database_, explanation));
    describe_distribution(explanation);
    for (std::size_t i = 0; i < report_->packages.size(); ++i)
      PQ_TRY(add_package(i, explanation));
    PQ_TRY(add_elsewhere(explanation));
    settle(explanation, *report_);
    return explanation;
  }

private:
  void describe_distribution(model::Explanation& explanation) const {
    const bool any = std::ranges::any_of(report_->packages, model::is_os_package);
    if (!ecosystem_ || !any) return;
    explanation.releases = ecosystem_->releases;
    explanation.releases.insert(
        explanation.releases.end(), ecosystem_->extended.begin(), ecosystem_->extended.end());
    switch (ecosystem_->names) {
    case NameKind::Source:
      explanation.names = "source packages";
      break;
    case NameKind::Binary:
      explanation.names = "binary packages";
      break;
    case NameKind::SourceAndBinary:
      explanation.names = "source and binary packages";
      break;
    }
  }

  base::Result<void> add_package(std::size_t index, model::Explanation& explanation) {
    const model::Package& package = report_->packages[index];
    ExplainedPackage explained;
    explained.package = index;
    auto entries = PQ_TRY(matcher_.trace(
        package, [&](std::uint64_t advisory) { return records_.contains(advisory); }));
    for (PackageMatcher::TracedEntry& traced : entries) {
      traced.entry.record = records_.at(traced.advisory).id;
      names_.emplace(traced.entry.ecosystem, base::to_lower(traced.entry.name));
      explained.entries.push_back(std::move(traced.entry));
    }
    const auto finding = std::ranges::find_if(report_->findings, [&](const auto& candidate) {
      return candidate.package == index && is_about(candidate, explanation);
    });
    if (finding != report_->findings.end()) explained.finding = *finding;
    if (explained.entries.empty() && !explained.finding) return {};
    settle(explained, package, why_not_matched(package, report_->coverage, *options_));
    explanation.packages.push_back(std::move(explained));
    return {};
  }

  base::Result<void> add_elsewhere(model::Explanation& explanation) const {
    if (records_.empty()) return {};
    std::set<model::ExplainedElsewhere> elsewhere;
    PQ_TRY(database_->for_each_affected(
        [&](std::string_view name, std::string_view ecosystem, const AffectedRecord& record) {
          if (records_.contains(record.advisory) &&
              !names_.contains({std::string(ecosystem), base::to_lower(name)}))
            elsewhere.insert({std::string(ecosystem), std::string(name)});
        }));
    explanation.elsewhere_total = elsewhere.size();
    for (const model::ExplainedElsewhere& place : elsewhere)
      if (explanation.elsewhere.size() < kListedElsewhere) explanation.elsewhere.push_back(place);
    return {};
  }

  const Database* database_;
  const model::Report* report_;
  const MatchOptions* options_;
  std::optional<DistroEcosystem> ecosystem_;
  PackageMatcher matcher_;
  Records records_;
  std::set<std::pair<std::string, std::string>> names_; ///< that were looked up and have entries
};

} // namespace

base::Result<model::Explanation> explain(const Database& database,
                                         const model::Report& report,
                                         std::string_view id,
                                         const MatchOptions& options) {
  return Explainer(database, report, options).run(id);
}

} // namespace portique::advisory
