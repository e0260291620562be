#include "portique/report/table_next_steps.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/model/package_name.h"
#include "portique/report/summary.h"
#include "portique/report/table_text.h"
#include "portique/report/upgrade_plan.h"

namespace portique::report {

namespace {

constexpr std::size_t kListedUpgrades = 10;
constexpr std::size_t kListedNames = 6;
/// From this width on, the counts of all severities have room.
constexpr std::size_t kWideTerminal = 100;
/// Distributions publish fixes daily; a database this old misses too much.
constexpr std::chrono::days kOldDatabase{14};

std::string list_names(std::span<const std::string> names) {
  std::string text;
  for (const std::string& name : names.first(std::min(names.size(), kListedNames)))
    text += (text.empty() ? "" : ", ") + name;
  if (names.size() > kListedNames) text += fmt::format(" and {} more", names.size() - kListedNames);
  return text;
}

/// "clears 12 (2 critical, 5 high, 1 known exploited)"; in few columns only the
/// worst.
std::string clears_text(const Upgrade& upgrade, bool is_narrow) {
  auto by_severity = upgrade.by_severity;
  if (is_narrow) {
    const auto worst = std::ranges::find_if(
        by_severity.rbegin(), by_severity.rend(), [](std::size_t count) { return count > 0; });
    if (worst != by_severity.rend()) std::fill(by_severity.begin(), worst.base() - 1, 0);
  }
  std::string detail = severity_counts(by_severity);
  if (upgrade.kev > 0)
    detail += is_narrow ? ", KEV" : fmt::format(", {} known exploited", upgrade.kev);
  return fmt::format("clears {} ({})", upgrade.clears, detail);
}

void write_upgrades(Terminal& terminal, std::span<const Upgrade> upgrades) {
  const bool is_narrow = terminal.width() < kWideTerminal;
  Columns columns({is_narrow ? 26U : 48U, is_narrow ? 24U : 36U, 0});
  const auto cells = [&](const Upgrade& upgrade) {
    return std::vector<Piece>{{"upgrade " + list_names(upgrade.packages)},
                              {"to " + upgrade.version, Style::Good},
                              {clears_text(upgrade, is_narrow)}};
  };
  for (const Upgrade& upgrade : upgrades)
    columns.measure(cells(upgrade));
  for (const Upgrade& upgrade : upgrades) {
    std::vector<Piece> pieces = columns.row(cells(upgrade), terminal);
    pieces.insert(pieces.begin(), {"  "});
    terminal.line(pieces);
  }
}

/// How many of the fixable findings come with the base image; where that is not known, with the
/// lowest layer of several.
std::size_t fixable_in_base(const model::Report& report) {
  if (!report.base && report.subject.image.layers.size() < 2) return 0;
  return static_cast<std::size_t>(
      std::ranges::count_if(report.findings, [&](const model::Finding& finding) {
        const bool in_base = report.base ? finding.from_base.value_or(false) : finding.layer == 0;
        return !finding.suppression && finding.fixed_version && in_base;
      }));
}

std::string base_advice(const model::Report& report, std::size_t in_base, std::size_t fixable) {
  if (!report.base)
    return fmt::format(
        "{} of the {} fixable findings come with layer 0: a newer base image may clear them",
        in_base,
        fixable);
  const std::string& name = report.base->name;
  return fmt::format("{} of the {} fixable findings come with the base image{}: a newer one may "
                     "clear them",
                     in_base,
                     fixable,
                     name.empty() ? "" : " " + name);
}

std::string comparison_advice(const model::BaseComparison& comparison) {
  return fmt::format("the base image {} would clear {} and bring {}; {} of the base would stay",
                     comparison.name,
                     count_of(comparison.removed.size(), "finding", "findings"),
                     comparison.added.size(),
                     comparison.kept);
}

/// The packages with known exploited vulnerabilities that no upgrade clears, without repetition.
std::vector<std::string> exploited_without_fix(const model::Report& report) {
  std::vector<std::string> names;
  for (const model::Finding& finding : report.findings) {
    const model::Package* package = package_of(report, finding);
    if (package == nullptr || !finding.kev || finding.suppression || finding.fixed_version)
      continue;
    std::string name = model::name_in_ecosystem(*package);
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

/// Advice that is not an upgrade of single packages.
std::vector<std::string> other_advice(const model::Report& report, std::size_t fixable) {
  std::vector<std::string> advice;
  if (const auto names = exploited_without_fix(report); !names.empty())
    advice.push_back(fmt::format(
        "remove or shut off {}: known to be exploited, and there is no fix", list_names(names)));
  if (is_end_of_life(report))
    advice.push_back(fmt::format("move to a supported release: {} gets no more fixes ({})",
                                 distro_text(report.distro),
                                 support_text(report)));
  if (report.base && report.base->comparison)
    advice.push_back(comparison_advice(*report.base->comparison));
  else if (const std::size_t in_base = fixable_in_base(report); in_base > 0)
    advice.push_back(base_advice(report, in_base, fixable));
  const auto date = database_date(report.database);
  const bool is_asked = report.coverage != model::Coverage::NotCovered &&
                        report.coverage != model::Coverage::NotChecked;
  if (is_asked && date && report.created - *date >= kOldDatabase)
    advice.push_back(fmt::format("the {} is {} old; fetch a newer one: portique db update",
                                 database_name(report.database),
                                 base::format_age(report.created - *date)));
  return advice;
}

} // namespace

void write_next_steps(Terminal& terminal, const model::Report& report) {
  const std::vector<Upgrade> upgrades = plan_upgrades(report);
  const std::vector<std::string> advice = other_advice(report, summarise(report).fixable);
  if (upgrades.empty() && advice.empty()) return;
  terminal.blank();
  terminal.line({{"What to do next", Style::Bold}});
  const auto listed = std::span(upgrades).first(std::min(upgrades.size(), kListedUpgrades));
  write_upgrades(terminal, listed);
  if (upgrades.size() > listed.size())
    terminal.line({{fmt::format("  and {} more", upgrades.size() - listed.size())}});
  for (const std::string& text : advice)
    terminal.paragraph({"  "}, {text});
  const std::vector<std::string> command = upgrade_command(report.distro, listed);
  if (command.empty()) return;
  terminal.blank();
  terminal.command("  $ ", command);
  if (upgrades.size() > listed.size())
    terminal.line({{"  all at once: ", Style::Dim},
                   {upgrade_everything_command(report.distro, listed.front().type), Style::Bold}});
}

} // namespace portique::report
