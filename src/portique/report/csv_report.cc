// RFC 4180. Texts of the image that a spreadsheet would take for a formula are made texts again by
// an apostrophe (https://owasp.org/www-community/attacks/CSV_Injection).

#include "portique/report/csv_report.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/model/package_name.h"
#include "portique/report/finding_facts.h"
#include "portique/report/summary.h"

namespace portique::report {

namespace {

constexpr std::array<std::string_view, 21> kColumns{
    "kind", "id",   "severity",        "package",   "version",     "fixed_version", "fix_state",
    "type", "path", "layer",           "title",     "purl",        "source",        "aliases",
    "cvss", "epss", "known_exploited", "published", "fingerprint", "suppressed_by", "reason"};

/// Whether a spreadsheet may compute the cell: '=' always, the others only with what a formula
/// needs, for scopes of npm begin with '@' and some versions with a sign.
bool is_formula(std::string_view text) {
  if (text.empty()) return false;
  if (text.front() == '=' || text.front() == '\t' || text.front() == '\r') return true;
  return std::string_view("+-@").find(text.front()) != std::string_view::npos &&
         text.find_first_of("(|!") != std::string_view::npos;
}

std::string cell(std::string_view text) {
  std::string value = is_formula(text) ? "'" : "";
  value += base::to_utf8(text);
  if (value.find_first_of("\",\n\r") == std::string::npos) return value;
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string joined(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, " "));
}

double highest_score(const model::Finding& finding) {
  double score = 0;
  for (const model::Cvss& cvss : finding.cvss)
    score = std::max(score, cvss.score);
  return score;
}

std::string layer_number(std::int32_t layer) {
  return layer < 0 ? std::string{} : std::to_string(layer);
}

class CsvWriter {
public:
  explicit CsvWriter(Output& out) : out_(out) {}

  void row(const std::array<std::string, kColumns.size()>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out_.append(",");
      out_.append(cell(cells[i]));
    }
    out_.append("\r\n");
  }

private:
  Output& out_;
};

std::array<std::string, kColumns.size()> cells_of(const model::Report& report,
                                                  const model::Finding& finding) {
  static const model::Package kNone;
  const model::Package* found =
      finding.package < report.packages.size() ? &report.packages[finding.package] : nullptr;
  const model::Package& package = found == nullptr ? kNone : *found;
  const double score = highest_score(finding);
  const auto& suppression = finding.suppression;
  return {std::string(model::finding_kind_name(finding.kind)),
          finding.id,
          std::string(model::severity_name(finding.severity)),
          model::name_in_ecosystem(package),
          package.version,
          finding.fixed_version.value_or(""),
          std::string(model::fix_state_name(finding.fix_state)),
          package.type,
          found == nullptr ? place_text(finding) : package.path,
          layer_number(finding.layer),
          finding.kind == model::FindingKind::Secret ? finding.title + ": " + finding.evidence
                                                     : finding.title,
          package.purl,
          package.source_name,
          joined(finding.aliases),
          score > 0 ? fmt::format("{}", score) : "",
          finding.epss ? fmt::format("{}", finding.epss->score) : "",
          finding.kev ? "true" : "false",
          finding.published ? base::format_time(*finding.published) : "",
          finding.fingerprint,
          suppression ? suppression->by : "",
          suppression ? suppression->reason : ""};
}

std::array<std::string, kColumns.size()> cells_of(const model::Issue& issue) {
  std::array<std::string, kColumns.size()> cells;
  cells[0] = "issue";
  cells[1] = base::code_name(issue.code);
  cells[8] = issue.path;
  cells[9] = layer_number(issue.layer);
  cells[10] = issue.message;
  return cells;
}

} // namespace

base::Result<void>
write_csv(const model::Report& report, const WriteOptions& /*options*/, const Sink& sink) {
  Output out(sink);
  CsvWriter csv(out);
  std::array<std::string, kColumns.size()> names;
  std::ranges::copy(kColumns, names.begin());
  csv.row(names);
  for (const model::Finding& finding : report.findings)
    csv.row(cells_of(report, finding));
  for (const model::Issue& issue : report.issues)
    csv.row(cells_of(issue));
  return out.finish();
}

} // namespace portique::report
