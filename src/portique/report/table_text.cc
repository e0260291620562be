#include "portique/report/table_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/report/finding_facts.h"

namespace portique::report {

namespace {

/// More ecosystems than these are counted, not listed.
constexpr std::size_t kListedEcosystems = 4;

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text = base::trim(text.substr(prefix.size()));
  return true;
}

/// "|2 A=1 B=2 /bin/sh -c ...": build arguments in front of the shell.
void skip_build_arguments(std::string_view& text) {
  if (!text.starts_with('|')) return;
  const std::size_t shell = text.find("/bin/sh -c");
  if (shell != std::string_view::npos) text.remove_prefix(shell);
}

std::string ecosystem_text(std::string_view ecosystem) {
  std::string text(ecosystem);
  std::ranges::replace(text, ':', ' ');
  return text;
}

std::string covered_text(const model::DatabaseInfo& database) {
  if (database.ecosystems.empty()) return "covers nothing";
  if (database.ecosystems.size() > kListedEcosystems)
    return fmt::format("covers {} distributions and ecosystems", database.ecosystems.size());
  std::string list;
  for (const std::string& ecosystem : database.ecosystems)
    list += (list.empty() ? "" : ", ") + ecosystem_text(ecosystem);
  return "covers " + list;
}

bool has_database(const model::DatabaseInfo& database) {
  return database.schema_version != 0 || database.built || !database.feeds.empty();
}

std::string packages_text(const model::Report& report) {
  std::string text = count_of(report.packages.size(), "package", "packages");
  if (report.distro.known()) text += " of " + distro_text(report.distro);
  return text;
}

} // namespace

std::string count_of(std::size_t count, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

std::string one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : base::trim(text)) {
    if (!base::is_space(c))
      out += c;
    else if (out.back() != ' ')
      out += ' ';
  }
  return out;
}

std::string instruction_text(std::string_view created_by) {
  std::string_view text = base::trim(created_by);
  constexpr std::string_view kBuildKit = "# buildkit";
  if (text.ends_with(kBuildKit)) text = base::trim(text.substr(0, text.size() - kBuildKit.size()));
  const bool is_run = take_prefix(text, "RUN ");
  skip_build_arguments(text);
  const bool is_shell = take_prefix(text, "/bin/sh -c");
  if (is_shell && take_prefix(text, "#(nop)")) return one_line(text);
  return (is_run || is_shell ? "RUN " : "") + one_line(text);
}

std::string layer_text(const model::Report& report, std::int32_t layer) {
  const model::Layer* found = layer_of(report, layer);
  if (found == nullptr) return {};
  const std::string instruction = instruction_text(found->created_by);
  return fmt::format("layer {}{}{}", layer, instruction.empty() ? "" : ": ", instruction);
}

std::string distro_text(const model::Distro& distro) {
  if (!distro.pretty_name.empty()) return distro.pretty_name;
  std::string text = distro.name.empty() ? distro.id : distro.name;
  if (text.empty()) return "unknown distribution";
  if (!distro.version_id.empty()) text += " " + distro.version_id;
  return text;
}

bool is_end_of_life(const model::Report& report) {
  return report.distro_end_of_life && *report.distro_end_of_life <= report.created;
}

std::string support_text(const model::Report& report) {
  if (!report.distro_end_of_life) return {};
  return fmt::format("{} {}",
                     is_end_of_life(report) ? "end of life since" : "supported until",
                     base::format_date(*report.distro_end_of_life));
}

std::optional<base::Time> database_date(const model::DatabaseInfo& database) {
  std::optional<base::Time> newest;
  for (const model::FeedInfo& feed : database.feeds) {
    // These two only rate what the others bring.
    if (feed.name == "kev" || feed.name == "epss" || !feed.updated) continue;
    if (!newest || *feed.updated > *newest) newest = feed.updated;
  }
  return newest ? newest : database.built;
}

std::string database_name(const model::DatabaseInfo& database) {
  if (!has_database(database)) return "no database";
  const auto date = database_date(database);
  return fmt::format("{}database{}",
                     database.embedded ? "starter " : "",
                     date ? " of " + base::format_date(*date) : " of unknown age");
}

std::string database_text(const model::DatabaseInfo& database, base::Time now) {
  if (!has_database(database)) return "no database";
  std::string text = database_name(database);
  if (const auto date = database_date(database); date && *date <= now)
    text += fmt::format(" ({} old)", base::format_age(now - *date));
  return text + ", " + covered_text(database);
}

std::string fix_text(const model::Finding& finding) {
  if (finding.kind != model::FindingKind::Vulnerability) return {};
  if (finding.fixed_version) return *finding.fixed_version;
  return finding.fix_state == model::FixState::EndOfLife ? "end of life" : "no fix";
}

std::string epss_text(const model::Finding& finding) {
  if (!finding.epss || !std::isfinite(finding.epss->score)) return {};
  const double score = std::clamp(finding.epss->score, 0.0, 1.0);
  return score < 0.01 ? "<1%" : fmt::format("{:.0f}%", score * 100);
}

std::string vex_text(const model::Finding& finding) {
  if (!finding.vex || finding.suppression) return {};
  std::string status(model::vex_status_name(finding.vex->status));
  std::ranges::replace(status, '_', ' ');
  return "VEX says " + status + ": ";
}

std::string base_text(const model::Report& report) {
  if (!report.base) return {};
  const model::BaseImage& base = *report.base;
  const Summary summary = summarise(report);
  std::string text = base.name.empty() ? "not named" : base.name;
  if (base.known == model::BaseImage::Known::Guessed) text += " (a guess)";
  text += base.layers == 1 ? ", layer 0" : fmt::format(", layers 0 to {}", base.layers - 1);
  return text + fmt::format(": {} of {}",
                            summary.from_base,
                            count_of(summary.total, "finding", "findings"));
}

std::string coverage_gap_text(const model::Report& report) {
  if (report.coverage == model::Coverage::NotChecked) return unchecked_text(report);
  if (report.coverage != model::Coverage::NotCovered) return {};
  const auto packages =
      static_cast<std::size_t>(std::ranges::count_if(report.packages, &model::is_os_package));
  if (packages == 0)
    return fmt::format("Not covered: the {} has no advisories for packages of these kinds. Nothing "
                       "can be said about {}. Next step: portique db update",
                       database_name(report.database),
                       count_of(report.packages.size(), "package", "packages"));
  return fmt::format("Not covered: the {} has no advisories for {}. Nothing can be said about its "
                     "{}. Next step: portique db update",
                     database_name(report.database),
                     distro_text(report.distro),
                     count_of(packages, "package", "packages"));
}

std::string nothing_found_text(const model::Report& report, const Summary& summary) {
  if (report.coverage == model::Coverage::NotCovered) return coverage_gap_text(report);
  if (report.coverage == model::Coverage::NoPackages)
    return fmt::format("No distribution package found in {}: nothing was there to be checked "
                       "against the {}.",
                       report.subject.name,
                       database_name(report.database));
  const bool is_asked = report.coverage != model::Coverage::NotChecked;
  const std::string what = is_asked ? "No known vulnerabilities" : "Nothing found";
  const std::string gap = is_asked ? "" : " " + unchecked_text(report);
  std::string checked = packages_text(report);
  if (is_asked) checked += ", checked against the " + database_name(report.database);
  if (summary.hidden > 0 || summary.suppressed > 0) {
    std::string why;
    if (summary.hidden > 0)
      why = count_of(summary.hidden, "finding hidden by filters", "findings hidden by filters");
    if (summary.suppressed > 0)
      why += fmt::format("{}{} suppressed", why.empty() ? "" : ", ", summary.suppressed);
    return fmt::format("Nothing left to show: {} ({}).{}", why, checked, gap);
  }
  if (!report.issues.empty())
    return fmt::format("{} in what could be read ({}); {} could not be.{}",
                       what,
                       checked,
                       count_of(report.issues.size(), "part", "parts"),
                       gap);
  return is_asked ? fmt::format("{} in {}.", what, checked) : what + '.' + gap;
}

} // namespace portique::report
