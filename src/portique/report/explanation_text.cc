#include "portique/report/explanation_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/model/package_name.h"
#include "portique/report/summary.h"
#include "portique/report/table_text.h"
#include "portique/report/terminal.h"

namespace portique::report {

namespace {

using model::EntryOutcome;
using model::EventKind;
using model::ExplainedVerdict;

/// Ranges of a record may go on for pages; the JSON form has all.
constexpr std::size_t kListedRanges = 12;
constexpr std::size_t kListedReferences = 5;

std::string_view verdict_heading(ExplainedVerdict verdict) {
  switch (verdict) {
  case ExplainedVerdict::Affected:
    return "AFFECTED";
  case ExplainedVerdict::Suppressed:
    return "SUPPRESSED";
  case ExplainedVerdict::NotAffected:
    return "NOT AFFECTED";
  case ExplainedVerdict::Undetermined:
    return "UNDETERMINED";
  case ExplainedVerdict::NotInstalled:
    return "NOT AFFECTED";
  case ExplainedVerdict::Withdrawn:
    return "WITHDRAWN";
  case ExplainedVerdict::NotKnown:
    return "NOT KNOWN";
  }
  return "NOT KNOWN";
}

Style verdict_style(ExplainedVerdict verdict) {
  switch (verdict) {
  case ExplainedVerdict::Affected:
    return Style::High;
  case ExplainedVerdict::NotAffected:
  case ExplainedVerdict::NotInstalled:
    return Style::Good;
  default:
    return Style::Warning;
  }
}

std::string_view event_word(EventKind kind) {
  switch (kind) {
  case EventKind::Introduced:
    return "introduced";
  case EventKind::Fixed:
    return "fixed";
  case EventKind::LastAffected:
    return "last affected";
  case EventKind::Limit:
    return "limit";
  }
  return "limit";
}

std::string_view outcome_text(EntryOutcome outcome) {
  switch (outcome) {
  case EntryOutcome::Affected:
    return "affected";
  case EntryOutcome::NotAffected:
    return "not affected";
  case EntryOutcome::Undetermined:
    return "cannot be decided: a version of it cannot be compared";
  case EntryOutcome::OtherRelease:
    return "does not count: it is about another release";
  case EntryOutcome::OtherBuild:
    return "does not count: it is about other packages or another module stream";
  case EntryOutcome::Cleared:
    return "does not count: the extended support that the package comes from has fixed it";
  }
  return "";
}

std::string join(std::span<const std::string> texts) {
  std::string out;
  for (const std::string& text : texts)
    out += (out.empty() ? "" : ", ") + text;
  return out;
}

class Writer {
public:
  Writer(Terminal& terminal, const model::Explanation& explanation, const model::Report& report)
      : terminal_(terminal), explanation_(explanation), report_(report) {}

  void run() {
    write_head();
    for (const model::ExplainedPackage& package : explanation_.packages)
      write_package(package);
    write_records();
    write_elsewhere();
  }

private:
  void fact(std::string_view label, std::string_view value, Style style = Style::Plain) {
    terminal_.paragraph({fmt::format("  {:<11}", label), Style::Dim}, {one_line(value), style});
  }

  void write_head() {
    terminal_.line({{explanation_.id, Style::Bold}, {" in " + one_line(report_.subject.name)}});
    if (!explanation_.aliases.empty()) fact("also", join(explanation_.aliases));
    if (!explanation_.records.empty() && !explanation_.records.front().title.empty())
      fact("title", explanation_.records.front().title);
    write_severity();
    fact("exploited", exploited_text(), explanation_.kev ? Style::Exploited : Style::Plain);
    fact("system", distro_text(report_.distro));
    if (!explanation_.releases.empty())
      fact("asked", join(explanation_.releases) + " by " + explanation_.names);
    else
      fact("asked", "no ecosystem of a distribution: OSV has none for this system");
    fact("advisories", database_text(report_.database, report_.created));
    terminal_.blank();
    terminal_.paragraph({std::string(verdict_heading(explanation_.verdict)) + "  ",
                         verdict_style(explanation_.verdict)},
                        {one_line(explanation_.why)});
    if (report_.coverage == model::Coverage::NotCovered)
      terminal_.paragraph({""}, {coverage_gap_text(report_), Style::Warning});
    terminal_.blank();
  }

  void write_severity() {
    const auto with_finding = std::ranges::find_if(
        explanation_.packages, [](const auto& package) { return package.finding.has_value(); });
    if (with_finding != explanation_.packages.end()) {
      const model::Finding& finding = *with_finding->finding;
      std::string text(model::severity_name(finding.severity));
      if (!finding.severity_source.empty()) text += ", says " + finding.severity_source;
      for (const model::SourceSeverity& severity : finding.severities)
        text += fmt::format("; {}: {}", severity.source, model::severity_name(severity.severity));
      fact("severity", text, style_of(finding.severity));
      fact("risk", fmt::format("{:.3g} of 100", finding.risk));
    }
    for (const model::Cvss& cvss : cvss_of_all())
      fact("CVSS", fmt::format("{:.1f}  {} ({})", cvss.score, cvss.vector, cvss.source));
  }

  [[nodiscard]] std::vector<model::Cvss> cvss_of_all() const {
    std::vector<model::Cvss> all = explanation_.cvss;
    for (const model::ExplainedPackage& package : explanation_.packages)
      if (package.finding)
        for (const model::Cvss& cvss : package.finding->cvss)
          if (std::ranges::find(all, cvss.vector, &model::Cvss::vector) == all.end())
            all.push_back(cvss);
    return all;
  }

  [[nodiscard]] std::string exploited_text() const {
    std::string text =
        explanation_.kev ? "yes, in CISA's catalogue (KEV)" : "not in CISA's catalogue (KEV)";
    if (explanation_.epss)
      text += fmt::format("; EPSS {:.3g} %, more than {:.1f} % of all",
                          explanation_.epss->score * 100,
                          explanation_.epss->percentile * 100);
    else
      text += "; EPSS unknown";
    return text;
  }

  void write_package(const model::ExplainedPackage& explained) {
    const model::Package& package = report_.packages[explained.package];
    terminal_.line({{model::name_in_ecosystem(package), Style::Bold},
                    {" " + package.version},
                    {package.source_name.empty() || (package.source_name == package.name &&
                                                     package.source_version == package.version)
                         ? std::string()
                         : "  (source " + package.source_name + " " + package.source_version + ")",
                     Style::Dim},
                    {"  "},
                    {std::string(model::explained_verdict_name(explained.verdict)),
                     verdict_style(explained.verdict)}});
    if (!package.path.empty()) fact("read from", package.path);
    if (const model::Layer* layer = layer_of(report_, package.layer)) {
      fact("layer", fmt::format("{} {}", package.layer, layer->diff_id.text()));
      fact("made by", instruction_text(layer->created_by));
    }
    if (explained.finding && explained.finding->from_base.value_or(false))
      fact("base image", report_.base && !report_.base->name.empty() ? report_.base->name : "yes");
    for (const model::ExplainedEntry& entry : explained.entries)
      write_entry(entry);
    fact("so", explained.why);
    if (explained.finding && explained.finding->vex) write_vex(*explained.finding->vex);
    if (!explained.remedy.empty()) fact("cleared by", explained.remedy, Style::Good);
    terminal_.blank();
  }

  void write_vex(const model::VexNote& vex) {
    std::string text = fmt::format("{}, says {}", model::vex_status_name(vex.status), vex.source);
    if (!vex.justification.empty()) text += ": " + vex.justification;
    if (!vex.text.empty()) text += ": " + vex.text;
    fact("VEX", text);
  }

  void write_entry(const model::ExplainedEntry& entry) {
    fact("record", fmt::format("{} for {} in {}", entry.record, entry.name, entry.ecosystem));
    const auto shown = std::span(entry.ranges).first(std::min(entry.ranges.size(), kListedRanges));
    for (const model::ExplainedRange& range : shown) {
      for (const model::ExplainedBound& bound : range.bounds)
        terminal_.line({{"               "}, {bound_text(entry, bound)}});
      if (entry.ranges.size() > 1)
        terminal_.line(
            {{"               "},
             {range.affected ? "so inside this range" : "so outside this range", Style::Dim}});
    }
    if (entry.ranges.size() > shown.size())
      terminal_.line({{"               "},
                      {fmt::format("and {} more ranges; -f json lists all",
                                   entry.ranges.size() - shown.size()),
                       Style::Dim}});
    if (entry.listed_versions > 0)
      terminal_.line(
          {{"               "},
           {fmt::format("{} {} listed one by one; {} {}",
                        entry.listed_versions,
                        entry.listed_versions == 1 ? "version is" : "versions are",
                        entry.version,
                        entry.is_listed                           ? "is among them"
                        : entry.outcome == EntryOutcome::Affected ? "was not looked for there"
                                                                  : "is not among them")}});
    terminal_.line({{"            => "}, {std::string(outcome_text(entry.outcome))}});
  }

  void write_records() {
    if (explanation_.records.empty()) return;
    terminal_.line({{"Records", Style::Bold}});
    for (const model::ExplainedRecord& record : explanation_.records) {
      std::string text;
      if (record.withdrawn) text += ", withdrawn " + base::format_date(*record.withdrawn);
      if (record.published) text += ", published " + base::format_date(*record.published);
      if (record.modified) text += ", modified " + base::format_date(*record.modified);
      if (record.cves.size() > 1) text += fmt::format(", about {} CVEs", record.cves.size());
      terminal_.line({{"  " + record.id}, {text, Style::Dim}});
    }
    std::size_t shown = 0;
    for (const model::ExplainedPackage& package : explanation_.packages) {
      if (!package.finding) continue;
      for (const std::string& reference : package.finding->references)
        if (shown++ < kListedReferences) terminal_.line({{"  " + reference, Style::Dim}});
      break;
    }
    terminal_.blank();
  }

  void write_elsewhere() {
    if (explanation_.elsewhere_total == 0) return;
    terminal_.line(
        {{fmt::format("Not installed, but named by the records ({})", explanation_.elsewhere_total),
          Style::Bold}});
    for (const model::ExplainedElsewhere& place : explanation_.elsewhere)
      terminal_.line({{fmt::format("  {} in {}", place.name, place.ecosystem), Style::Dim}});
    if (explanation_.elsewhere_total > explanation_.elsewhere.size())
      terminal_.line({{fmt::format("  and {} more",
                                   explanation_.elsewhere_total - explanation_.elsewhere.size()),
                       Style::Dim}});
    terminal_.blank();
  }

  Terminal& terminal_;
  const model::Explanation& explanation_;
  const model::Report& report_;
};

} // namespace

std::string bound_text(const model::ExplainedEntry& entry, const model::ExplainedBound& bound) {
  const std::string word(event_word(bound.kind));
  if (bound.kind == EventKind::Introduced && bound.version == "0")
    return fmt::format("{:<13} from the first version on", word);
  if (!bound.order)
    return fmt::format("{:<13} {}: cannot be compared with {}", word, bound.version, entry.version);
  const char sign = *bound.order < 0 ? '<' : *bound.order > 0 ? '>' : '=';
  return fmt::format("{:<13} {}: {} {} {} by {} order",
                     word,
                     bound.version,
                     entry.version,
                     sign,
                     bound.version,
                     entry.order);
}

base::Result<void> write_explanation_text(const model::Explanation& explanation,
                                          const model::Report& report,
                                          const WriteOptions& options,
                                          const Sink& sink) {
  Output out(sink);
  Terminal terminal(out, options);
  Writer(terminal, explanation, report).run();
  return out.finish();
}

} // namespace portique::report
