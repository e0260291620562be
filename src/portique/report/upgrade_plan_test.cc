#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/report/sample_reports.h"
#include "portique/report/upgrade_plan.h"

namespace portique::report {

namespace {

using model::Severity;
using testing::ElementsAre;
using testing::IsEmpty;

/// Adds a finding of a new package.
void add(model::Report& report,
         std::string package,
         std::string source,
         Severity severity,
         std::optional<std::string> fixed) {
  report.packages.push_back(
      {.type = "deb", .name = std::move(package), .source_name = std::move(source)});
  report.findings.push_back({.id = "CVE-2024-" + std::to_string(report.findings.size()),
                             .severity = severity,
                             .package = report.packages.size() - 1,
                             .fixed_version = std::move(fixed)});
}

TEST(UpgradePlan, GroupsBySourceAndTakesTheHighestFix) {
  const std::vector<Upgrade> upgrades = plan_upgrades(sample_report("everything"));
  ASSERT_EQ(upgrades.size(), 4U) << "what has no fix, and what is suppressed, is no upgrade";
  EXPECT_EQ(upgrades[0].source, "git") << "known exploited goes first";
  EXPECT_EQ(upgrades[0].kev, 1U);
  EXPECT_EQ(upgrades[1].source, "openssl");
  EXPECT_THAT(upgrades[1].packages, ElementsAre("libssl3", "openssl"));
  EXPECT_EQ(upgrades[1].version, "3.0.14-1~deb12u2");
  EXPECT_EQ(upgrades[1].clears, 5U);
  EXPECT_EQ(upgrades[2].source, "glibc");
  EXPECT_EQ(upgrades[3].source, "curl");
}

TEST(UpgradePlan, TakesTheHigherVersionInAnyOrder) {
  struct Case {
    std::string lower;
    std::string higher;
  };

  const Case cases[] = {
      {"1.9-1", "1.10-1"},
      {"1.10-1~deb12u1", "1.10-1"},
      {"1.0~rc1", "1.0"},
      {"1.0~~", "1.0~rc1"},
      {"9.9", "1:1.0"},
      {"2:1", "10:0"},
      {"1.0-1", "1.0-1+b1"},
      {"1.0", "1.0a"},
      {"1.0a", "1.0+"},
      {"007", "8"},
      {"1.2.3-r9", "1.2.3-r10"},
      {"32:9.11.26-4.el8", "32:9.11.26-4.el8_4"},
      {"99999999999999999999998", "99999999999999999999999"},
  };
  for (const Case& c : cases) {
    for (const auto& [first, second] : {std::pair(c.lower, c.higher), {c.higher, c.lower}}) {
      model::Report report;
      add(report, "libfoo1", "foo", Severity::Low, first);
      add(report, "libfoo2", "foo", Severity::Low, second);
      const auto upgrades = plan_upgrades(report);
      ASSERT_EQ(upgrades.size(), 1U);
      EXPECT_EQ(upgrades[0].version, c.higher) << first << " and " << second;
    }
  }
}

TEST(UpgradePlan, WeighsBySeverity) {
  model::Report report;
  for (int i = 0; i < 9; ++i)
    add(report, "nine-high", "nine-high", Severity::High, "2");
  add(report, "one-critical", "one-critical", Severity::Critical, "2");
  for (int i = 0; i < 11; ++i)
    add(report, "eleven-high", "eleven-high", Severity::High, "2");
  add(report, "one-low", "one-low", Severity::Low, "2");
  add(report, "open", "open", Severity::Critical, std::nullopt);
  std::vector<std::string> order;
  for (const Upgrade& upgrade : plan_upgrades(report))
    order.push_back(upgrade.source);
  EXPECT_THAT(order, ElementsAre("eleven-high", "one-critical", "nine-high", "one-low"));
}

TEST(UpgradePlan, SpeaksTheDistributionsLanguage) {
  struct Case {
    std::string type;
    model::Distro distro;
    std::vector<std::string> want;
    std::string_view all;
  };

  const Case cases[] = {
      {"deb",
       {.id = "debian"},
       {"apt-get", "update", "&&", "apt-get", "install", "--only-upgrade", "a", "b"},
       "apt-get update && apt-get upgrade"},
      {"apk",
       {.id = "wolfi"},
       {"apk", "update", "&&", "apk", "add", "--upgrade", "a", "b"},
       "apk update && apk upgrade"},
      {"rpm",
       {.id = "almalinux", .id_like = {"rhel"}},
       {"dnf", "upgrade", "a", "b"},
       "dnf upgrade"},
      {"rpm",
       {.id = "opensuse-leap", .id_like = {"suse"}},
       {"zypper", "update", "a", "b"},
       "zypper update"},
      {"rpm", {.id = "sles"}, {"zypper", "update", "a", "b"}, "zypper update"},
      {"rpm", {.id = "azurelinux"}, {"tdnf", "update", "a", "b"}, "tdnf update"},
      {"npm", {.id = "debian"}, {}, ""},
  };
  for (const Case& c : cases) {
    const Upgrade upgrade{.type = c.type, .packages = {"a", "b"}};
    EXPECT_EQ(upgrade_command(c.distro, {&upgrade, 1}), c.want) << c.distro.id;
    EXPECT_EQ(upgrade_everything_command(c.distro, c.type), c.all);
  }
  EXPECT_THAT(upgrade_command({.id = "debian"}, {}), IsEmpty());
}

TEST(UpgradePlan, NamesFromTheImageCannotBecomeShellCodeOrOptions) {
  const Upgrade upgrade{.type = "deb",
                        .packages = {"$(reboot)",
                                     "--allow-unauthenticated",
                                     "-y",
                                     "",
                                     "a b",
                                     "a;b",
                                     "a\nb",
                                     "a|b",
                                     "a/b",
                                     "a=1",
                                     "*",
                                     "`x`",
                                     "名前",
                                     std::string(201, 'x'),
                                     "libstdc++6",
                                     "python3.11-minimal",
                                     "Ruby_2"}};
  EXPECT_THAT(upgrade_command({.id = "debian"}, {&upgrade, 1}),
              ElementsAre("apt-get",
                          "update",
                          "&&",
                          "apt-get",
                          "install",
                          "--only-upgrade",
                          "libstdc++6",
                          "python3.11-minimal",
                          "Ruby_2"));
  const Upgrade only_bad{.type = "deb", .packages = {"$(reboot)"}};
  EXPECT_THAT(upgrade_command({.id = "debian"}, {&only_bad, 1}), IsEmpty());
}

} // namespace
} // namespace portique::report
