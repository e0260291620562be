#include "portique/report/check_table.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/report/summary.h"
#include "portique/report/table_text.h"

namespace portique::report {

namespace {

std::string upper_case(std::string_view word) {
  std::string out(word);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

void write_excerpt(Terminal& terminal, const model::Finding& finding) {
  std::uint32_t number = finding.lines.first;
  for (const std::string_view line : base::split(finding.excerpt, '\n')) {
    const bool cut = line == "..." && number > finding.lines.first;
    std::string text(line);
    std::ranges::replace(text, '\t', ' ');
    terminal.line({{cut ? "       " : fmt::format("  {:>5}", number), Style::Dim},
                   {std::string(" | "), Style::Dim},
                   {text}});
    ++number;
  }
}

void write_finding(Terminal& terminal, const model::Finding& finding) {
  const std::string lines = finding.lines.last > finding.lines.first
                                ? fmt::format("{}-{}", finding.lines.first, finding.lines.last)
                                : std::to_string(finding.lines.first);
  terminal.line({{"  "},
                 {upper_case(model::severity_name(finding.severity)), style_of(finding.severity)},
                 {"  " + finding.id + "  ", Style::Dim},
                 {finding.title, Style::Bold},
                 {"  " +
                      (finding.lines.last > finding.lines.first ? std::string("lines ")
                                                                : std::string("line ")) +
                      lines,
                  Style::Dim}});
  if (!finding.excerpt.empty()) write_excerpt(terminal, finding);
  if (!finding.evidence.empty())
    terminal.paragraph({"      seen: ", Style::Dim}, {one_line(finding.evidence)});
  if (!finding.why.empty())
    terminal.paragraph({"      why:  ", Style::Dim}, {one_line(finding.why)});
  if (!finding.remedy.empty())
    terminal.paragraph({"      mend: ", Style::Dim}, {one_line(finding.remedy)});
  terminal.blank();
}

} // namespace

bool is_config_report(const model::Report& report) {
  return report.subject.kind == "config";
}

void write_check_findings(Terminal& terminal, const model::Report& report) {
  std::string_view path;
  for (const model::Finding& finding : report.findings) {
    if (finding.suppression) continue;
    if (finding.path != path) terminal.line({{one_line(finding.path), Style::Bold}});
    path = finding.path;
    write_finding(terminal, finding);
  }
}

void write_check_totals(Terminal& terminal, const model::Report& report) {
  const Summary summary = summarise(report);
  std::string rest;
  if (summary.suppressed > 0) rest += fmt::format("; {} suppressed", summary.suppressed);
  if (summary.hidden > 0) rest += fmt::format("; {} hidden by filters", summary.hidden);
  if (summary.total == 0) {
    const bool good = report.issues.empty();
    terminal.line({{(good ? "Nothing found" : "Nothing found in what could be read") + rest,
                    good ? Style::Good : Style::Warning}});
    return;
  }
  std::set<std::string_view> files;
  for (const model::Finding& finding : report.findings)
    if (!finding.suppression) files.insert(finding.path);
  terminal.line(
      {{fmt::format("Total {}: ", summary.total), Style::Bold},
       {severity_counts(summary.by_severity)},
       {fmt::format(" in {}", count_of(files.size(), "file", "files")) + rest, Style::Dim}});
}

} // namespace portique::report
