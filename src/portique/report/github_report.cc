// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions

#include "portique/report/github_report.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "portique/report/finding_facts.h"
#include "portique/report/sbom_identity.h"
#include "portique/report/summary.h"

namespace portique::report {

namespace {

/// What a runner shows of each level; it drops the rest without a word.
constexpr std::size_t kShown = 10;

std::size_t level_of(model::Severity severity) {
  switch (severity) {
  case model::Severity::Critical:
  case model::Severity::High:
    return 0;
  case model::Severity::Medium:
  case model::Severity::Unknown:
    return 1;
  case model::Severity::Low:
  case model::Severity::Negligible:
    break;
  }
  return 2;
}

constexpr std::array<std::string_view, 3> kLevels{"error", "warning", "notice"};

std::string escaped(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) == std::string_view::npos)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

/// Lines of the message are escaped; the text itself comes from cut_line().
std::string github_data(std::string_view text) {
  return escaped(text, "%\r\n");
}

/// Whether the paths of findings are files of the repository that the workflow runs in.
bool has_sources(const model::Subject& subject) {
  return !is_image(subject) && subject.kind != "rootfs";
}

std::string annotation(const model::Report& report, const model::Finding& finding) {
  const Place place = place_of(report, finding);
  std::string text = as_sentence(headline(report, finding));
  const std::string package = package_label(named_package(report, finding));
  if (!package.empty()) text += "\nPackage: " + package;
  if (!has_sources(report.subject)) text += "\nFile: " + cut_line(place.path, kLongestLine);
  if (!finding.evidence.empty()) text += "\n" + cut_line(finding.evidence, kLongestLine);
  if (const std::string remedy = what_to_do(report, finding); !remedy.empty())
    text += "\n" + remedy;
  std::string properties;
  if (has_sources(report.subject))
    properties = fmt::format("file={},line={},endLine={},",
                             github_property(place.path),
                             place.lines.first,
                             place.lines.last);
  return fmt::format(
      "::{} {}title={}::{}\n",
      kLevels.at(level_of(finding.severity)),
      properties,
      github_property(
          fmt::format("{}: {}", model::severity_name(finding.severity), cut_line(finding.id, 200))),
      github_data(text));
}

} // namespace

std::string github_property(std::string_view text) {
  return escaped(cut_line(text, kLongestLine), "%\r\n:,");
}

base::Result<void>
write_github(const model::Report& report, const WriteOptions& /*options*/, const Sink& sink) {
  std::vector<const model::Finding*> findings;
  for (const model::Finding& finding : report.findings)
    if (!finding.suppression) findings.push_back(&finding);
  // All are elements of one vector: the later one has the higher address.
  std::ranges::sort(findings, [](const model::Finding* a, const model::Finding* b) {
    return std::tuple(b->severity, b->kev, a) < std::tuple(a->severity, a->kev, b);
  });
  // One notice is for the counts, one warning for what was not read.
  std::array<std::size_t, 3> room{kShown, kShown - (report.issues.empty() ? 0 : 1), kShown - 1};
  Output out(sink);
  std::size_t written = 0;
  for (const model::Finding* finding : findings) {
    if (room.at(level_of(finding->severity)) == 0) continue;
    --room.at(level_of(finding->severity));
    out.append(annotation(report, *finding));
    ++written;
  }
  const std::string name = github_data(cut_line(subject_name(report.subject), 300));
  if (!report.issues.empty())
    out.append(
        fmt::format("::warning title=Not read or not checked::{}: {} places, the first: {}\n",
                    name,
                    report.issues.size(),
                    github_data(cut_line(report.issues.front().message, kLongestLine))));
  const Summary summary = summarise(report);
  std::string text = fmt::format("{} findings", summary.total);
  if (summary.total > 0) text += ": " + severity_counts(summary.by_severity);
  if (written < findings.size())
    text += fmt::format("; {} are not shown here, for GitHub shows {} of a level",
                        findings.size() - written,
                        kShown);
  if (const std::string unchecked = unchecked_text(report); !unchecked.empty())
    text += ". " + github_data(unchecked);
  if (report.verdict) text += "; verdict: " + github_data(verdict_text(report));
  out.append(fmt::format("::notice title=portique::{}: {}\n", name, text));
  return out.finish();
}

} // namespace portique::report
