#include "portique/report/scan_overview.h"

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/report/json_report.h"
#include "portique/report/json_writer.h"
#include "portique/report/summary.h"
#include "portique/report/table_text.h"
#include "portique/report/terminal.h"

namespace portique::report {

namespace {

std::string_view outcome_word(const TargetOutcome& outcome) {
  if (!outcome.report) return "failed";
  if (outcome.tripped) return "tripped";
  return outcome.incomplete ? "incomplete" : "passed";
}

Style outcome_style(const TargetOutcome& outcome) {
  if (!outcome.report || outcome.tripped) return Style::High;
  return outcome.incomplete ? Style::Warning : Style::Good;
}

std::string_view coverage_word(model::Coverage coverage) {
  if (coverage == model::Coverage::NotCovered) return "not covered";
  return coverage == model::Coverage::NotChecked ? "vulnerabilities not looked for" : "";
}

constexpr std::array kShown{model::Severity::Critical,
                            model::Severity::High,
                            model::Severity::Medium,
                            model::Severity::Low,
                            model::Severity::Negligible,
                            model::Severity::Unknown};

std::vector<Piece> cells_of(const TargetOutcome& outcome) {
  std::vector<Piece> cells{{one_line(outcome.name)},
                           {std::string(outcome_word(outcome)), outcome_style(outcome)}};
  if (!outcome.report) {
    cells.resize(2 + kShown.size() + 1);
    cells.push_back({one_line(outcome.error)});
    return cells;
  }
  const Summary summary = summarise(*outcome.report);
  for (const model::Severity severity : kShown)
    cells.push_back({std::to_string(summary.of(severity)),
                     summary.of(severity) == 0 ? Style::Dim : style_of(severity)});
  cells.push_back({std::to_string(summary.fixable)});
  cells.push_back({std::string(coverage_word(outcome.report->coverage))});
  return cells;
}

void write_totals(Terminal& terminal, std::span<const TargetOutcome> outcomes) {
  std::size_t total = 0;
  std::size_t failed = 0;
  std::array<std::size_t, 6> by_severity{};
  for (const TargetOutcome& outcome : outcomes) {
    if (!outcome.report) {
      ++failed;
      continue;
    }
    const Summary summary = summarise(*outcome.report);
    total += summary.total;
    for (std::size_t i = 0; i < by_severity.size(); ++i)
      by_severity.at(i) += summary.by_severity.at(i);
  }
  std::string text =
      fmt::format("{} findings in {}", total, count_of(outcomes.size(), "target", "targets"));
  if (const std::string counts = severity_counts(by_severity); !counts.empty())
    text += ": " + counts;
  if (failed > 0) text += fmt::format("; {} could not be scanned", failed);
  terminal.line({{text, Style::Bold}});
}

} // namespace

base::Result<void> write_overview(std::span<const TargetOutcome> outcomes,
                                  const WriteOptions& options,
                                  const Sink& sink) {
  Output out(sink);
  Terminal terminal(out, options);
  const std::vector<Piece> headings{{"TARGET", Style::Dim},
                                    {"OUTCOME", Style::Dim},
                                    {"CRITICAL", Style::Dim},
                                    {"HIGH", Style::Dim},
                                    {"MEDIUM", Style::Dim},
                                    {"LOW", Style::Dim},
                                    {"NEGLIGIBLE", Style::Dim},
                                    {"UNKNOWN", Style::Dim},
                                    {"FIXABLE", Style::Dim},
                                    {"", Style::Dim}};
  Columns columns({48, 10, 8, 6, 6, 6, 10, 7, 7, 0});
  columns.measure(headings);
  for (const TargetOutcome& outcome : outcomes)
    columns.measure(cells_of(outcome));
  terminal.blank();
  terminal.line(columns.row(headings, terminal));
  for (const TargetOutcome& outcome : outcomes)
    terminal.line(columns.row(cells_of(outcome), terminal));
  terminal.blank();
  write_totals(terminal, outcomes);
  return out.finish();
}

base::Result<void> write_json_overview(std::span<const TargetOutcome> outcomes,
                                       const WriteOptions& options,
                                       const Sink& sink) {
  PQ_TRY(sink("{\n\"reports\": [\n"));
  bool first = true;
  for (const TargetOutcome& outcome : outcomes) {
    if (!outcome.report) continue;
    if (!first) PQ_TRY(sink(",\n"));
    first = false;
    PQ_TRY(write_json(*outcome.report, options, sink));
  }
  PQ_TRY(sink("],\n\"overview\": "));
  Output out(sink);
  JsonWriter json(out);
  json.begin_object();
  json.begin_array("targets");
  for (const TargetOutcome& outcome : outcomes) {
    json.begin_object();
    json.text("name", outcome.name);
    json.text("outcome", outcome_word(outcome));
    json.text_or_null("error", outcome.error);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  PQ_TRY(out.finish());
  return sink("}\n");
}

} // namespace portique::report
