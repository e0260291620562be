#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/report/finding_groups.h"
#include "portique/report/upgrade_plan.h"

namespace portique::report {
namespace {

model::Package npm(const std::string& scope, const std::string& path) {
  return {.type = "npm", .ns = scope, .name = "core", .version = "1.0.0", .path = path};
}

/// Three packages of the last name "core", and one finding about each.
model::Report three_cores() {
  model::Report report;
  report.packages = {npm("@angular", "a/package.json"),
                     npm("@babel", "a/package.json"),
                     npm("@babel", "b/package.json")};
  for (std::uint32_t i = 0; i < report.packages.size(); ++i) {
    model::Finding finding;
    finding.id = "CVE-2024-1";
    finding.severity = model::Severity::High;
    finding.package = i;
    finding.fixed_version = "1.0.1";
    finding.fix_state = model::FixState::Fixed;
    report.findings.push_back(std::move(finding));
  }
  return report;
}

TEST(FindingGroups, ANamespaceTellsPackagesApart) {
  const model::Report report = three_cores();
  const std::vector<FindingGroup> groups = group_findings(report, Counting::InForce);
  ASSERT_EQ(groups.size(), 2U);
  // The worst first: it has two findings.
  EXPECT_EQ(groups[0].name, "@babel/core");
  EXPECT_EQ(groups[0].packages.size(), 2U);
  EXPECT_EQ(groups[1].name, "@angular/core");
  EXPECT_EQ(groups[1].packages.size(), 1U);
}

TEST(FindingGroups, APackageInSeveralPlacesIsNamedOnce) {
  const model::Report report = three_cores();
  std::vector<const model::Package*> packages;
  for (const model::Package& package : report.packages)
    packages.push_back(&package);
  EXPECT_EQ(distinct_names(packages), (std::vector<std::string>{"@angular/core", "@babel/core"}));
}

TEST(FindingGroups, TheUpgradeNamesWhatToUpgrade) {
  const std::vector<Upgrade> plan = plan_upgrades(three_cores());
  ASSERT_EQ(plan.size(), 2U);
  EXPECT_EQ(plan[0].packages, std::vector<std::string>{"@babel/core"});
  EXPECT_EQ(plan[0].clears, 2U);
  EXPECT_EQ(plan[1].packages, std::vector<std::string>{"@angular/core"});
}

} // namespace
} // namespace portique::report
