// https://html.spec.whatwg.org/multipage/ and https://www.w3.org/TR/CSP3/

#include "portique/report/html_report.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "portique/base/digest.h"
#include "portique/base/text.h"
#include "portique/report/finding_facts.h"
#include "portique/report/finding_groups.h"
#include "portique/report/html_assets.h"
#include "portique/report/sbom_identity.h"
#include "portique/report/summary.h"
#include "portique/report/upgrade_plan.h"

namespace portique::report {

namespace {

constexpr std::size_t kUpgrades = 10;
constexpr std::size_t kIssues = 1000;
constexpr std::size_t kReferences = 8;
constexpr std::size_t kAliases = 20;
constexpr std::size_t kPackages = 8;

/// Rows that the page is laid out with when it is opened; the script adds the others as they are
/// scrolled to or searched for. Laying out all of 5,000 takes a browser seconds.
constexpr std::size_t kFirstRows = 200;
/// ... in portions of this many.
constexpr std::size_t kPortionRows = 400;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      out += c;
    }
  }
  return out;
}

/// "'sha256-...'", as a policy names an inline script or style.
std::string policy_source(std::string_view content) {
  const base::Digest digest = base::digest_of(base::as_bytes(content));
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digest.hex().size(); i += 2)
    bytes += static_cast<char>(*base::parse_int<unsigned>(digest.hex().substr(i, 2), 16));
  return "'sha256-" + base::to_base64(bytes) + "'";
}

std::string link_to(const std::string& url, std::string_view text) {
  if (!is_web_url(url)) return html_text(text);
  return fmt::format(
      "<a href=\"{}\" rel=\"noopener noreferrer nofollow\">{}</a>", escaped(url), html_text(text));
}

std::string_view plural(std::size_t count) {
  return count == 1 ? "" : "s";
}

class HtmlReport {
public:
  HtmlReport(const model::Report& report, const WriteOptions& options, Output& out)
      : report_(report), options_(options), out_(out), summary_(summarise(report)) {}

  void write() {
    write_head();
    write_title();
    write_verdict();
    write_counts();
    write_next_steps();
    write_findings();
    write_suppressed();
    write_issues();
    write_footer();
  }

private:
  template <typename... Parts> void put(fmt::format_string<Parts...> format, Parts&&... parts) {
    out_.append(fmt::format(format, std::forward<Parts>(parts)...));
  }

  void write_head() {
    put("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; "
        "script-src {}; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n"
        "<title>{} - portique</title>\n",
        policy_source(html_style()),
        policy_source(html_script()),
        html_text(subject_name(report_.subject), 200));
    put("<style>{}</style>\n</head>\n<body>\n", html_style());
  }

  void write_title() {
    const model::Distro& distro = report_.distro;
    put("<header>\n<h1>{}</h1>\n<p class=\"about\">",
        html_text(subject_name(report_.subject), 300));
    std::vector<std::string> about;
    if (distro.known())
      about.push_back(html_text(distro.pretty_name.empty() ? distro.id + " " + distro.version_id
                                                           : distro.pretty_name,
                                200));
    if (report_.distro_end_of_life && *report_.distro_end_of_life <= report_.created)
      about.push_back("past its end of life since " +
                      base::format_date(*report_.distro_end_of_life));
    about.push_back(fmt::format("{} package{}", summary_.packages, plural(summary_.packages)));
    if (const std::string digest = subject_digest(report_.subject); !digest.empty())
      about.push_back("<code>" + html_text(digest) + "</code>");
    about.push_back("scanned " + base::format_time(report_.created));
    if (report_.database.built)
      about.push_back("database of " + base::format_date(*report_.database.built));
    put("{}</p>\n", fmt::join(about, " &middot; "));
  }

  void write_verdict() {
    if (const std::string unchecked = unchecked_text(report_); !unchecked.empty())
      put("<p class=\"verdict warn\">{}</p>\n", unchecked);
    if (!report_.issues.empty())
      put("<p class=\"verdict warn\">The evidence is incomplete: <a href=\"#issues\">{} place{} "
          "could not be read or checked</a>.</p>\n",
          report_.issues.size(),
          plural(report_.issues.size()));
    if (!report_.verdict) return;
    const model::Verdict& verdict = *report_.verdict;
    put("<p class=\"verdict {}\">Verdict: {}</p>\n",
        model::decision_name(verdict.decision),
        html_text(verdict_text(report_)));
    if (verdict.hits.empty()) return;
    constexpr std::size_t kHits = 200;
    put("<details><summary>The rules that held ({})</summary>\n<table><thead><tr><th>Rule</th>"
        "<th>Says</th><th>Why</th></tr></thead><tbody>\n",
        verdict.hits.size());
    for (const model::RuleHit& hit :
         std::span(verdict.hits).first(std::min(verdict.hits.size(), kHits)))
      write_hit(hit);
    put("</tbody></table>\n");
    if (verdict.hits.size() > kHits) put("<p>and {} more</p>\n", verdict.hits.size() - kHits);
    put("</details>\n");
  }

  void write_hit(const model::RuleHit& hit) {
    put("<tr><td>{}</td><td>{}</td><td>{}",
        html_text(hit.rule, 200),
        model::decision_name(hit.decision),
        html_text(hit.message));
    if (hit.exception) {
      put(" <em>(excepted by {}", html_text(hit.exception->who, 200));
      if (hit.exception->until) put(" until {}", base::format_date(*hit.exception->until));
      put(": {})</em>", html_text(hit.exception->why));
    }
    put("</td></tr>\n");
  }

  void write_counts() {
    put("<ul class=\"counts\">\n<li><b>{}</b>finding{}</li>\n",
        summary_.total,
        plural(summary_.total));
    for (std::size_t i = summary_.by_severity.size(); i-- > 0;)
      if (summary_.by_severity.at(i) > 0)
        put("<li class=\"s{}\"><b>{}</b>{}</li>\n",
            i,
            summary_.by_severity.at(i),
            model::severity_name(static_cast<model::Severity>(i)));
    const auto add = [&](std::size_t count, std::string_view what) {
      if (count > 0) put("<li><b>{}</b>{}</li>\n", count, what);
    };
    add(summary_.fixable, "can be fixed by an upgrade");
    add(summary_.kev, "known to be exploited");
    add(summary_.from_base, "come with the base image");
    add(summary_.suppressed, "suppressed");
    add(summary_.hidden, "left out by filters");
    put("</ul>\n</header>\n<main>\n");
  }

  void write_next_steps() {
    const std::vector<Upgrade> upgrades = plan_upgrades(report_);
    if (upgrades.empty()) return;
    put("<section>\n<h2>What to do next</h2>\n");
    const std::span first = std::span(upgrades).first(std::min(upgrades.size(), kUpgrades));
    if (const auto words = upgrade_command(report_.distro, first); !words.empty())
      put("<pre>{}</pre>\n", html_text(fmt::format("{}", fmt::join(words, " ")), 4000));
    put("<table><thead><tr><th>Upgrade</th><th>To</th><th>Clears</th></tr></thead><tbody>\n");
    for (const Upgrade& upgrade : first)
      put("<tr><td>{}</td><td>{}</td><td>{}: {}</td></tr>\n",
          html_text(upgrade.source, 300),
          html_text(upgrade.version, 200),
          upgrade.clears,
          severity_counts(upgrade.by_severity));
    put("</tbody></table>\n");
    if (upgrades.size() > kUpgrades)
      put("<p>and {} more packages</p>\n", upgrades.size() - kUpgrades);
    put("</section>\n");
  }

  void write_filters(const std::vector<FindingGroup>& groups) {
    std::set<model::Severity, std::greater<>> severities;
    std::set<model::FindingKind> kinds;
    std::size_t rows = 0;
    for (const FindingGroup& group : groups)
      for (const GroupRow& row : group.rows) {
        ++rows;
        severities.insert(row.finding->severity);
        kinds.insert(row.finding->kind);
      }
    put("<div class=\"filters\" data-rows=\"{}\" hidden>\n<input type=\"search\" "
        "placeholder=\"Search\" aria-label=\"Search\">\n<select aria-label=\"Kind\"><option "
        "value=\"\">all kinds</option>",
        rows);
    for (const model::FindingKind kind : kinds)
      put("<option>{}</option>", model::finding_kind_name(kind));
    put("</select>\n");
    for (const model::Severity severity : severities)
      put("<label class=\"s{0}\"><input type=\"checkbox\" class=\"severity\" value=\"{0}\" "
          "checked> "
          "{1}</label>\n",
          static_cast<unsigned>(severity),
          model::severity_name(severity));
    put("<label><input type=\"checkbox\" class=\"fixable\"> with a fix</label>\n"
        "<output aria-live=\"polite\"></output>\n</div>\n");
  }

  void write_findings() {
    const std::vector<FindingGroup> groups = group_findings(report_, Counting::InForce);
    put("<section>\n<h2>Findings</h2>\n");
    if (groups.empty()) {
      put("<p>None{}.</p>\n</section>\n",
          report_.coverage == model::Coverage::Covered ? "" : ", as far as this could be checked");
      return;
    }
    write_filters(groups);
    begin_table();
    for (const FindingGroup& group : groups)
      write_group(group);
    put("</table>{}\n</section>\n", rows_ > kFirstRows ? "</noscript>" : "");
  }

  /// Where scripts run, what stands in <noscript> is text and costs nothing until it is asked for;
  /// elsewhere it is the rest of the table.
  void count_row() {
    if (rows_ >= kFirstRows && (rows_ - kFirstRows) % kPortionRows == 0) {
      put("</tbody></table>{}\n<noscript class=\"more\">", rows_ > kFirstRows ? "</noscript>" : "");
      begin_table();
      put("<tbody>\n");
    }
    ++rows_;
  }

  void begin_table() {
    put("<table class=\"findings\">\n<colgroup><col class=\"c0\"><col class=\"c1\"><col "
        "class=\"c2\"><col class=\"c3\"><col class=\"c4\"><col></colgroup>\n<thead><tr>"
        "<th>Severity</th><th>Id</th><th>Package or file</th><th>Version</th><th>Fixed in</th>"
        "<th>What it is</th></tr></thead>\n");
  }

  void write_group(const FindingGroup& group) {
    put("<tbody>\n<tr class=\"group\"><th colspan=\"6\">{}{}: {} finding{} ({})</th></tr>\n",
        html_text(group.name, 300),
        group.type.empty() ? "" : " <small>" + html_text(group.type, 50) + "</small>",
        group.findings,
        plural(group.findings),
        severity_counts(group.by_severity));
    for (const GroupRow& row : group.rows)
      write_row(row);
    put("</tbody>\n");
  }

  void write_row(const GroupRow& row) {
    count_row();
    const model::Finding& finding = *row.finding;
    put("<tr class=\"f\" data-s=\"{0}\" data-k=\"{1}\" data-f=\"{2}\"><td class=\"word "
        "s{0}\">{3}{4}"
        "</td><td>{5}</td>",
        static_cast<unsigned>(finding.severity),
        model::finding_kind_name(finding.kind),
        finding.fixed_version ? 1 : 0,
        model::severity_name(finding.severity),
        finding.kev ? " <span class=\"tag\">exploited</span>" : "",
        link_to(record_url(finding), cut_line(finding.id, 200)));
    put("<td data-l=\"In\">{}</td><td data-l=\"Version\">{}</td><td data-l=\"Fixed in\">{}</td>",
        where(row),
        row.packages.empty() ? "" : html_text(row.packages.front()->version, 200),
        html_text(finding.fixed_version.value_or(""), 200));
    put("<td>");
    write_more(row);
    put("</td></tr>\n");
  }

  std::string where(const GroupRow& row) const {
    std::string text;
    for (std::size_t i = 0; i < std::min(row.packages.size(), kPackages); ++i)
      text += (text.empty() ? "" : ", ") + html_text(row.packages[i]->name, 300);
    if (row.packages.size() > kPackages)
      text += fmt::format(" and {} more", row.packages.size() - kPackages);
    if (!text.empty()) return text;
    return html_text(place_text(*row.finding), 500);
  }

  void write_more(const GroupRow& row) {
    const model::Finding& finding = *row.finding;
    put("<details><summary>{}</summary>\n", html_text(headline(report_, finding)));
    if (!finding.excerpt.empty())
      put("<pre>{}</pre>\n", escaped(cut_lines(finding.excerpt, kLongestExcerpt)));
    put("<dl>");
    const auto add = [&](std::string_view name, const std::string& html) {
      if (!html.empty()) put("<dt>{}</dt><dd>{}</dd>", name, html);
    };
    add("What to do", html_text(what_to_do(report_, finding)));
    add("Why it matters", html_text(finding.why, kLongestExcerpt));
    add("Seen", html_text(finding.evidence));
    if (!row.packages.empty()) add("File", html_text(place_of(report_, finding).path));
    add("Came with", html_text(layer_label(report_, finding.layer)));
    add("Severity says", html_text(finding.severity_source, 200));
    add("Scores", scores_of(finding));
    add("Also known as", joined(finding.aliases, kAliases));
    if (finding.vex)
      add("VEX",
          fmt::format(
              "{} {}", model::vex_status_name(finding.vex->status), html_text(finding.vex->text)));
    if (finding.suppression) add("Suppressed", html_text(suppression_text(*finding.suppression)));
    add("More", links_of(finding));
    put("</dl></details>");
  }

  static std::string joined(const std::vector<std::string>& texts, std::size_t most) {
    std::string out;
    for (std::size_t i = 0; i < std::min(texts.size(), most); ++i)
      out += (out.empty() ? "" : ", ") + html_text(texts[i], 100);
    return out;
  }

  static std::string scores_of(const model::Finding& finding) {
    std::string out;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
    if (finding.risk > 0) add(fmt::format("risk {:.1f} of 100", finding.risk));
    if (finding.epss) add(fmt::format("EPSS {:.2f} %", 100 * finding.epss->score));
    constexpr std::size_t kVectors = 4;
    for (std::size_t i = 0; i < std::min(finding.cvss.size(), kVectors); ++i)
      add(fmt::format(
          "CVSS {} {:.1f}", html_text(finding.cvss[i].version, 10), finding.cvss[i].score));
    return out;
  }

  static std::string links_of(const model::Finding& finding) {
    std::string out;
    std::size_t links = 0;
    for (const std::string& url : finding.references) {
      if (links == kReferences || !is_web_url(url)) continue;
      ++links;
      out += (out.empty() ? "" : "<br>") + link_to(url, url);
    }
    return out;
  }

  void write_suppressed() {
    const std::vector<FindingGroup> groups = group_findings(report_, Counting::Suppressed);
    if (groups.empty()) return;
    put("<section>\n<h2>Suppressed</h2>\n<details><summary>{} finding{} do{} not count</summary>\n",
        summary_.suppressed,
        plural(summary_.suppressed),
        summary_.suppressed == 1 ? "es" : "");
    put("<table><thead><tr><th>Severity</th><th>Id</th><th>Package or file</th><th>Why</th></tr>"
        "</thead><tbody>\n");
    for (const FindingGroup& group : groups)
      for (const GroupRow& row : group.rows)
        put("<tr><td class=\"s{}\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            static_cast<unsigned>(row.finding->severity),
            model::severity_name(row.finding->severity),
            link_to(record_url(*row.finding), cut_line(row.finding->id, 200)),
            where(row),
            html_text(suppression_text(*row.finding->suppression)));
    put("</tbody></table></details>\n</section>\n");
  }

  void write_issues() {
    if (!report_.issues.empty()) {
      put("<section id=\"issues\">\n<h2>Not read or not checked</h2>\n<ul>\n");
      const std::span issues(report_.issues);
      for (const model::Issue& issue : issues.first(std::min(issues.size(), kIssues))) {
        put("<li>");
        if (!issue.path.empty()) put("<code>{}</code>: ", html_text(issue.path));
        put("{}", html_text(issue.message));
        if (const std::string layer = layer_label(report_, issue.layer); !layer.empty())
          put(" ({})", html_text(layer));
        put("</li>\n");
      }
      if (issues.size() > kIssues) put("<li>and {} more</li>\n", issues.size() - kIssues);
      put("</ul>\n</section>\n");
    }
    if (report_.notes.empty()) return;
    put("<section>\n<h2>Notes</h2>\n<ul>\n");
    for (const std::string& note : report_.notes)
      put("<li>{}</li>\n", html_text(note));
    put("</ul>\n</section>\n");
  }

  void write_footer() {
    put("</main>\n<footer>portique {}</footer>\n<script>{}</script>\n</body>\n</html>\n",
        html_text(options_.tool_version, 50),
        html_script());
  }

  const model::Report& report_;
  const WriteOptions& options_;
  Output& out_;
  Summary summary_;
  std::size_t rows_ = 0; ///< of the table of findings, written so far
};

} // namespace

std::string html_text(std::string_view text, std::size_t most_bytes) {
  return escaped(cut_line(text, most_bytes));
}

base::Result<void>
write_html(const model::Report& report, const WriteOptions& options, const Sink& sink) {
  Output out(sink);
  HtmlReport(report, options, out).write();
  return out.finish();
}

} // namespace portique::report
