// GitHub Flavored Markdown, https://github.github.com/gfm/.

#include "portique/report/markdown_report.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/report/finding_facts.h"
#include "portique/report/finding_groups.h"
#include "portique/report/summary.h"
#include "portique/report/upgrade_plan.h"

namespace portique::report {

namespace {

/// GitHub takes comments of 65,536 characters. Past this nothing new is begun; no one row, excerpt
/// or issue takes more than what is left, whatever has to be escaped in it.
constexpr std::size_t kMostBytes = 50'000;
constexpr std::size_t kUpgrades = 10;
constexpr std::size_t kIssues = 20;
/// Rows that stand in the open; a comment must not bury what people say.
constexpr std::size_t kOpenRows = 10;
constexpr std::size_t kSuppressed = 50;
/// Findings about lines of files that are shown with their lines.
constexpr std::size_t kExcerpts = 10;
constexpr std::size_t kExcerptBytes = 1500;
constexpr std::size_t kLongestText = 200;

/// Cut where a character begins.
std::string shortened(std::string_view text) {
  std::string printable = base::printable(text);
  if (printable.size() <= kLongestText) return printable;
  std::size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(printable[end]) & 0xC0U) == 0x80U)
    --end;
  return printable.substr(0, end) + "...";
}

/// Links to the public record of an id; nothing for ids that are no such word.
std::string linked_id(const std::string& id) {
  const bool is_plain =
      std::ranges::all_of(id, [](char c) { return base::is_alnum(c) || c == '-' || c == '.'; });
  if (!is_plain || id.empty()) return markdown_code(id);
  if (id.starts_with("CVE-")) return fmt::format("[{0}](https://nvd.nist.gov/vuln/detail/{0})", id);
  if (id.starts_with("GHSA-")) return fmt::format("[{0}](https://github.com/advisories/{0})", id);
  return markdown_code(id);
}

/// Inside a summary element, which GitHub reads as HTML and not as Markdown.
std::string html_summary(std::string_view text) {
  std::string out;
  for (const char c : cut_line(text, kLongestText)) {
    if (base::is_alnum(c) || static_cast<unsigned char>(c) >= 0x80 || c == ' ' || c == '/' ||
        c == '.' || c == '-' || c == ',')
      out += c;
    else
      out += fmt::format("&#{};", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return out;
}

class MarkdownWriter {
public:
  explicit MarkdownWriter(const model::Report& report) : report_(report) {}

  std::string text() && {
    write_summary();
    write_upgrades();
    write_findings();
    write_excerpts();
    write_issues();
    write_suppressed();
    return std::move(out_);
  }

private:
  template <typename... Parts> void line(fmt::format_string<Parts...> format, Parts&&... parts) {
    out_ += fmt::format(format, std::forward<Parts>(parts)...) + "\n";
  }

  void write_summary() {
    const Summary summary = summarise(report_);
    // So that a job finds its last comment and writes over it.
    line("<!-- portique:{} -->", relative_uri(repository_name(report_.subject)));
    line("## {}", markdown_text(report_.subject.name));
    line("");
    if (report_.verdict) line("**Verdict: {}**\n", markdown_text(verdict_text(report_)));
    if (!report_.issues.empty())
      line("**The evidence is incomplete**: {} place{} could not be read or checked.\n",
           report_.issues.size(),
           report_.issues.size() == 1 ? "" : "s");
    const std::string packages =
        summary.packages == 0 ? "" : fmt::format(" in {} packages", summary.packages);
    if (summary.total == 0)
      line("**No findings**{}.", packages);
    else
      line("**{} finding{}**{}: {}.",
           summary.total,
           summary.total == 1 ? "" : "s",
           packages,
           severity_counts(summary.by_severity));
    std::string more;
    const auto add = [&](std::size_t count, std::string_view what) {
      if (count > 0) more += fmt::format("{}{} {}", more.empty() ? "" : ", ", count, what);
    };
    add(summary.fixable, "can be fixed by an upgrade");
    add(summary.kev, "known to be exploited");
    add(summary.suppressed, "suppressed");
    add(summary.hidden, "not shown");
    if (!more.empty()) line("{}.", more);
    const model::Distro& distro = report_.distro;
    if (distro.known())
      line("\n{}",
           markdown_text(distro.pretty_name.empty() ? distro.id + " " + distro.version_id
                                                    : distro.pretty_name));
    if (const std::string unchecked = unchecked_text(report_); !unchecked.empty())
      line("\n> [!WARNING]\n> {}", unchecked);
    line("");
  }

  void write_upgrades() {
    const std::vector<Upgrade> upgrades = plan_upgrades(report_);
    if (upgrades.empty()) return;
    line("### Upgrade first");
    line("");
    line("| Upgrade | To | Clears |");
    line("| --- | --- | --- |");
    for (const Upgrade& upgrade : std::span(upgrades).first(std::min(upgrades.size(), kUpgrades)))
      line("| {} | {} | {} ({}) |",
           markdown_code(upgrade.source),
           markdown_code(upgrade.version),
           upgrade.clears,
           severity_counts(upgrade.by_severity));
    if (upgrades.size() > kUpgrades) line("\nand {} more packages", upgrades.size() - kUpgrades);
    line("");
  }

  void write_findings() {
    const std::vector<FindingGroup> groups = group_findings(report_, Counting::InForce);
    using Key = std::tuple<bool, model::Severity, std::ptrdiff_t>;
    std::vector<std::pair<Key, const GroupRow*>> keyed;
    for (const FindingGroup& group : groups)
      for (const GroupRow& row : group.rows)
        keyed.push_back({{row.finding->kev, row.finding->severity, -std::ssize(keyed)}, &row});
    if (keyed.empty()) return;
    std::ranges::sort(keyed, std::ranges::greater{}, &std::pair<Key, const GroupRow*>::first);
    std::vector<const GroupRow*> rows;
    for (const auto& [key, row] : keyed)
      rows.push_back(row);
    line("### Findings");
    line("");
    const std::span all(rows);
    write_table(all.first(std::min(all.size(), kOpenRows)));
    if (all.size() <= kOpenRows) return;
    line("<details><summary>{} more</summary>\n", all.size() - kOpenRows);
    const std::size_t written = kOpenRows + write_table(all.subspan(kOpenRows));
    if (written < rows.size())
      line("{} more are left out here; the JSON report has them all.\n", rows.size() - written);
    line("</details>\n");
  }

  /// Returns how many rows there was room for.
  std::size_t write_table(std::span<const GroupRow* const> rows) {
    line("| Severity | Id | Package or file | Version | Fixed in | Title |");
    line("| --- | --- | --- | --- | --- | --- |");
    std::size_t written = 0;
    for (const GroupRow* row : rows) {
      if (out_.size() > kMostBytes) break;
      write_row(*row);
      ++written;
    }
    line("");
    return written;
  }

  void write_row(const GroupRow& row) {
    const model::Finding& finding = *row.finding;
    std::string names;
    constexpr std::size_t kNames = 3;
    const std::vector<std::string> all = distinct_names(row.packages);
    for (const std::string& name : std::span(all).first(std::min(all.size(), kNames)))
      names += (names.empty() ? "" : ", ") + markdown_code(name);
    if (all.size() > kNames) names += fmt::format(" and {} more", all.size() - kNames);
    if (names.empty()) names = markdown_code(place_text(finding));
    line("| {}{} | {} | {} | {} | {} | {} |",
         model::severity_name(finding.severity),
         finding.kev ? " (exploited)" : "",
         linked_id(finding.id),
         names,
         row.packages.empty() ? "" : markdown_code(row.packages.front()->version),
         markdown_code(finding.fixed_version.value_or("")),
         markdown_text(finding.title));
  }

  void write_excerpts() {
    std::size_t written = 0;
    for (const model::Finding& finding : report_.findings) {
      if (finding.suppression || finding.excerpt.empty()) continue;
      if (written == kExcerpts || out_.size() > kMostBytes) break;
      if (written++ == 0) line("### Lines\n");
      const Place place = place_of(report_, finding);
      line("<details><summary>{}, line {}: {}</summary>\n",
           html_summary(place.path),
           place.lines.first,
           html_summary(headline(report_, finding)));
      const std::string excerpt = cut_lines(finding.excerpt, kExcerptBytes);
      const std::string fence(longest_run(excerpt, '`') + 3, '`');
      line("{}\n{}\n{}\n", fence, excerpt, fence);
      if (!finding.why.empty()) line("{}\n", markdown_text(finding.why));
      if (const std::string remedy = what_to_do(report_, finding); !remedy.empty())
        line("{}\n", markdown_text(remedy));
      line("</details>\n");
    }
  }

  std::string where_of(const model::Finding& finding) const {
    const std::string package = package_label(named_package(report_, finding));
    return package.empty() ? place_of(report_, finding).path : package;
  }

  static std::size_t longest_run(std::string_view text, char wanted) {
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char c : text) {
      run = c == wanted ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    return longest;
  }

  void write_suppressed() {
    std::size_t written = 0;
    for (const model::Finding& finding : report_.findings) {
      if (!finding.suppression) continue;
      if (written == kSuppressed || out_.size() > kMostBytes) break;
      if (written++ == 0)
        line("<details><summary>{} suppressed</summary>\n", summarise(report_).suppressed);
      line("- {} {}: {}",
           linked_id(finding.id),
           markdown_code(where_of(finding)),
           markdown_text(suppression_text(*finding.suppression)));
    }
    if (written > 0) line("\n</details>");
  }

  void write_issues() {
    if (report_.issues.empty()) return;
    line("### Not read or not checked");
    line("");
    std::size_t written = 0;
    for (const model::Issue& issue : report_.issues) {
      if (written == kIssues || out_.size() > kMostBytes) break;
      ++written;
      line("- {}{}",
           issue.path.empty() ? "" : markdown_code(issue.path) + ": ",
           markdown_text(issue.message));
    }
    if (report_.issues.size() > written) line("- and {} more", report_.issues.size() - written);
    line("");
  }

  const model::Report& report_;
  std::string out_;
};

} // namespace

std::string markdown_text(std::string_view text) {
  constexpr std::string_view kMarkup = "\\`*_{}[]<>()|~!&";
  std::string out;
  const std::string one_line = shortened(text);
  for (std::size_t i = 0; i < one_line.size(); ++i) {
    const char c = one_line[i];
    if (kMarkup.find(c) != std::string_view::npos) out += '\\';
    // Also what would begin a heading, a list or a rule at the start of the line.
    if (i == 0 && std::string_view("#+-=").find(c) != std::string_view::npos) out += '\\';
    out += c;
    // Parted from what follows, it mentions nobody and links to nothing.
    if (c == '@' || c == '#' || (c == ':' && one_line.substr(i + 1).starts_with("//")))
      out += "<!-- -->";
  }
  return out;
}

std::string markdown_code(std::string_view text) {
  if (text.empty()) return {};
  std::string out = "`";
  for (const char c : shortened(text)) {
    // A back-quote would end the code, and nothing can escape it there.
    if (c == '|') out += '\\';
    out += c == '`' ? '\'' : c;
  }
  return out + "`";
}

base::Result<void>
write_markdown(const model::Report& report, const WriteOptions& /*options*/, const Sink& sink) {
  return sink(MarkdownWriter(report).text());
}

} // namespace portique::report
