#include "portique/report/finding_groups.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "portique/report/summary.h"

namespace portique::report {

namespace {

using GroupKey = std::tuple<std::string_view, std::string_view, std::string_view>;
/// Id, severity, fixed version, fix state.
using RowKey = std::tuple<std::string_view, model::Severity, std::string_view, model::FixState>;

struct Builder {
  FindingGroup group;
  std::map<RowKey, std::size_t> rows;
};

GroupKey key_of(const model::Finding& finding, const model::Package* package) {
  if (package == nullptr) return {"", model::finding_kind_name(finding.kind), ""};
  const bool has_source = !package->source_name.empty();
  return {package->type,
          has_source ? package->source_name : package->name,
          has_source ? package->source_version : package->version};
}

/// Findings come sorted by package, so a package that is there already is the last one.
void add_once(std::vector<const model::Package*>& packages, const model::Package* package) {
  if (package != nullptr && (packages.empty() || packages.back() != package))
    packages.push_back(package);
}

double likelihood(const model::Finding& finding) {
  return finding.epss && std::isfinite(finding.epss->score) ? finding.epss->score : 0.0;
}

void add(Builder& builder, const model::Finding& finding, const model::Package* package) {
  const RowKey key{finding.id,
                   finding.severity,
                   finding.fixed_version ? std::string_view(*finding.fixed_version) : "",
                   finding.fix_state};
  FindingGroup& group = builder.group;
  const auto [at, is_new] = builder.rows.try_emplace(key, group.rows.size());
  if (is_new) {
    group.rows.push_back({.finding = &finding, .packages = {}});
  }
  ++group.findings;
  ++group.by_severity.at(static_cast<std::size_t>(finding.severity));
  if (finding.kev) ++group.kev;
  add_once(group.rows[at->second].packages, package);
  add_once(group.packages, package);
}

bool worse_row(const GroupRow& a, const GroupRow& b) {
  const auto rank = [](const GroupRow& row) {
    const model::Finding& finding = *row.finding;
    return std::tuple(finding.severity, finding.kev, likelihood(finding));
  };
  const auto name = [](const GroupRow& row) {
    const model::Finding& finding = *row.finding;
    return std::tie(finding.id, finding.fixed_version, finding.fix_state);
  };
  if (rank(a) != rank(b)) return rank(a) > rank(b);
  return name(a) < name(b);
}

bool worse_group(const FindingGroup& a, const FindingGroup& b) {
  if (a.kev != b.kev && (a.kev == 0 || b.kev == 0)) return a.kev > b.kev;
  for (std::size_t i = a.by_severity.size(); i-- > 0;)
    if (a.by_severity.at(i) != b.by_severity.at(i))
      return a.by_severity.at(i) > b.by_severity.at(i);
  if (a.name != b.name) return a.name < b.name;
  // Other versions of the source package: as the report sorts them.
  return !a.packages.empty() && !b.packages.empty() && a.packages.front() < b.packages.front();
}

} // namespace

std::vector<FindingGroup> group_findings(const model::Report& report, Counting counting) {
  std::map<GroupKey, Builder> builders;
  for (const model::Finding& finding : report.findings) {
    if (finding.suppression.has_value() != (counting == Counting::Suppressed)) continue;
    const model::Package* package = package_of(report, finding);
    const GroupKey key = key_of(finding, package);
    Builder& builder = builders[key];
    builder.group.type = std::get<0>(key);
    builder.group.name = std::get<1>(key);
    add(builder, finding, package);
  }
  std::vector<FindingGroup> groups;
  groups.reserve(builders.size());
  for (auto& [key, builder] : builders) {
    std::ranges::sort(builder.group.rows, worse_row);
    groups.push_back(std::move(builder.group));
  }
  std::ranges::sort(groups, worse_group);
  return groups;
}

} // namespace portique::report
