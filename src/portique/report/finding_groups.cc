#include "portique/report/finding_groups.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <tuple>

#include "portique/model/package_name.h"
#include "portique/report/finding_facts.h"
#include "portique/report/summary.h"

namespace portique::report {

namespace {

using GroupKey = std::tuple<std::string_view, std::string, std::string_view>;
/// Id, severity, fixed version, fix state; of what is about no package, also where it is.
using RowKey =
    std::tuple<std::string_view, model::Severity, std::string_view, model::FixState, std::string>;

struct Builder {
  FindingGroup group;
  std::map<RowKey, std::size_t> rows;
};

GroupKey key_of(const model::Finding& finding, const model::Package* package) {
  if (package == nullptr) return {"", std::string(model::finding_kind_name(finding.kind)), ""};
  const bool has_source = !package->source_name.empty();
  return {package->type,
          has_source ? package->source_name : model::name_in_ecosystem(*package),
          has_source ? package->source_version : package->version};
}

/// The packages stay in the report's order, whatever order the findings have.
void add_once(std::vector<const model::Package*>& packages, const model::Package* package) {
  if (package == nullptr) return;
  const auto at = std::ranges::lower_bound(packages, package, std::less<>{});
  if (at == packages.end() || *at != package) packages.insert(at, package);
}

/// How urgent one is among those of the same severity; where no risk was computed, by what it is
/// made of.
std::tuple<double, bool, double> urgency(const model::Finding& finding) {
  const bool known = finding.epss && std::isfinite(finding.epss->score);
  return {finding.risk, finding.kev, known ? finding.epss->score : 0.0};
}

void add(Builder& builder, const model::Finding& finding, const model::Package* package) {
  const RowKey key{finding.id,
                   finding.severity,
                   finding.fixed_version ? std::string_view(*finding.fixed_version) : "",
                   finding.fix_state,
                   package == nullptr ? place_text(finding) : std::string()};
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

bool worse_row(const GroupRow& a, const GroupRow& b, model::FindingOrder order) {
  const model::Finding& x = *a.finding;
  const model::Finding& y = *b.finding;
  if (order == model::FindingOrder::Risk && x.risk != y.risk) return x.risk > y.risk;
  if (x.severity != y.severity) return x.severity > y.severity;
  if (urgency(x) != urgency(y)) return urgency(x) > urgency(y);
  return std::tie(x.id, x.fixed_version, x.fix_state, x.path, x.lines.first, x.field) <
         std::tie(y.id, y.fixed_version, y.fix_state, y.path, y.lines.first, y.field);
}

double worst_risk(const FindingGroup& group) {
  double worst = 0;
  for (const GroupRow& row : group.rows)
    worst = std::max(worst, row.finding->risk);
  return worst;
}

bool worse_group(const FindingGroup& a, const FindingGroup& b, model::FindingOrder order) {
  if (order == model::FindingOrder::Risk && worst_risk(a) != worst_risk(b))
    return worst_risk(a) > worst_risk(b);
  const bool kev_first = order == model::FindingOrder::Package;
  if (kev_first && a.kev != b.kev && (a.kev == 0 || b.kev == 0)) return a.kev > b.kev;
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
    std::ranges::sort(builder.group.rows, [&](const GroupRow& a, const GroupRow& b) {
      return worse_row(a, b, report.order);
    });
    groups.push_back(std::move(builder.group));
  }
  std::ranges::sort(groups, [&](const FindingGroup& a, const FindingGroup& b) {
    return worse_group(a, b, report.order);
  });
  return groups;
}

std::vector<std::string> distinct_names(std::span<const model::Package* const> packages) {
  std::vector<std::string> names;
  for (const model::Package* package : packages)
    if (std::string name = model::name_in_ecosystem(*package);
        std::ranges::find(names, name) == names.end())
      names.push_back(std::move(name));
  return names;
}

} // namespace portique::report
