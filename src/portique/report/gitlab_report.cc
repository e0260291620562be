// https://docs.gitlab.com/development/integrations/secure/#report and
// https://gitlab.com/gitlab-org/security-products/security-report-schemas, version 15.0.7: the one
// that every supported GitLab takes. Code quality:
// https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format

#include "portique/report/gitlab_report.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "portique/base/digest.h"
#include "portique/base/text.h"
#include "portique/report/finding_facts.h"
#include "portique/report/json_writer.h"
#include "portique/report/sbom_identity.h"
#include "portique/report/summary.h"

namespace portique::report {

namespace {

/// The schema's limits, in characters; a byte is at most one.
constexpr std::size_t kLongestName = 250;
constexpr std::size_t kLongestSolution = 7000 - 3;
/// GitLab takes 20 and refuses a report with more.
constexpr std::size_t kIdentifiers = 20;
constexpr std::size_t kLinks = 20;
constexpr std::size_t kMessages = 100;

std::string_view gitlab_severity(model::Severity severity) {
  switch (severity) {
  case model::Severity::Critical:
    return "Critical";
  case model::Severity::High:
    return "High";
  case model::Severity::Medium:
    return "Medium";
  case model::Severity::Low:
    return "Low";
  case model::Severity::Negligible:
    return "Info";
  case model::Severity::Unknown:
    break;
  }
  return "Unknown";
}

std::string_view quality_severity(model::Severity severity) {
  switch (severity) {
  case model::Severity::Critical:
    return "blocker";
  case model::Severity::High:
    return "critical";
  case model::Severity::Medium:
    return "major";
  case model::Severity::Low:
  case model::Severity::Unknown:
    return "minor";
  case model::Severity::Negligible:
    break;
  }
  return "info";
}

std::string hash_of(const std::string& text) {
  return std::string(base::digest_of(base::as_bytes(text)).hex());
}

/// A UUID (RFC 9562, version 8) that is the same for the same finding.
std::string uuid_of(const std::string& text) {
  std::string hex = hash_of(text).substr(0, 32);
  hex[12] = '8';
  hex[16] = '8';
  return fmt::format("{}-{}-{}-{}-{}",
                     hex.substr(0, 8),
                     hex.substr(8, 4),
                     hex.substr(12, 4),
                     hex.substr(16, 4),
                     hex.substr(20));
}

/// "cve", "ghsa", "dsa", ...; for ids of our own "portique_secret" and the like.
std::string identifier_type(std::string_view id, model::FindingKind kind) {
  const std::string prefix = base::to_lower(id.substr(0, id.find('-')));
  if (kind == model::FindingKind::Vulnerability && prefix.size() < id.size() && !prefix.empty() &&
      prefix.size() <= 20 && std::ranges::all_of(prefix, base::is_alnum))
    return prefix;
  return fmt::format("portique_{}", model::finding_kind_name(kind));
}

/// Whether a vector of CVSS 3 holds each base metric once and nothing that is unknown, so that the
/// schema's pattern takes it.
bool is_cvss3_vector(std::string_view vector) {
  if (!vector.starts_with("CVSS:3.0/") && !vector.starts_with("CVSS:3.1/")) return false;
  constexpr std::array<std::string_view, 8> kMetrics{
      "AV:NALP", "AC:LH", "PR:NLH", "UI:NR", "S:UC", "C:NLH", "I:NLH", "A:NLH"};
  const auto parts = base::split(vector.substr(9), '/');
  if (parts.size() != kMetrics.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string_view metric = kMetrics.at(i);
    const std::size_t colon = metric.find(':');
    if (parts[i].size() != colon + 2 || !parts[i].starts_with(metric.substr(0, colon + 1)) ||
        metric.find(parts[i].back(), colon + 1) == std::string_view::npos)
      return false;
  }
  return true;
}

class GitlabReport {
public:
  GitlabReport(const model::Report& report, const WriteOptions& options, Output& out)
      : report_(report), options_(options), prints_(numbered_fingerprints(report)), json_(out) {}

  void write() {
    json_.begin_object();
    json_.text("version", "15.0.7");
    write_scan();
    json_.begin_array("vulnerabilities");
    for (std::size_t i = 0; i < report_.findings.size(); ++i)
      if (!report_.findings[i].suppression) write_vulnerability(i);
    json_.end_array();
    json_.end_object();
    json_.finish();
  }

private:
  void write_scan() {
    std::string time = base::format_time(report_.created);
    time.pop_back(); // The schema wants no "Z".
    json_.begin_object("scan");
    write_program("analyzer");
    write_program("scanner");
    json_.text("start_time", time);
    json_.text("end_time", time);
    json_.text("status", "success");
    json_.text("type", "container_scanning");
    json_.begin_array("messages");
    write_messages();
    json_.end_array();
    json_.end_object();
  }

  void write_program(std::string_view role) {
    json_.begin_object(role);
    json_.text("id", "portique");
    json_.text("name", "portique");
    json_.text("version", options_.tool_version.empty() ? "unknown" : options_.tool_version);
    json_.begin_object("vendor");
    json_.text("name", "portique");
    json_.end_object();
    json_.end_object();
  }

  void write_messages() {
    const auto say = [&](std::string_view level, const std::string& text) {
      json_.begin_object();
      json_.text("level", level);
      json_.text("value", text);
      json_.end_object();
    };
    if (report_.verdict) say("info", "Verdict: " + verdict_text(report_));
    if (const std::string unchecked = unchecked_text(report_); !unchecked.empty())
      say("warn", unchecked);
    for (std::size_t i = 0; i < std::min(report_.issues.size(), kMessages); ++i) {
      const model::Issue& issue = report_.issues[i];
      std::string text = "Not read or not checked: ";
      if (!issue.path.empty()) text += cut_line(issue.path, kLongestLine) + ": ";
      say("warn", text + cut_line(issue.message, kLongestLine));
    }
    if (report_.issues.size() > kMessages)
      say("warn", fmt::format("{} more could not be read.", report_.issues.size() - kMessages));
    if (const Summary summary = summarise(report_); summary.suppressed > 0)
      say("info", fmt::format("{} findings are suppressed.", summary.suppressed));
  }

  void write_vulnerability(std::size_t index) {
    const model::Finding& finding = report_.findings[index];
    json_.begin_object();
    json_.text("id", uuid_of(repository_name(report_.subject) + '\0' + prints_[index]));
    json_.text("name", cut_line(headline(report_, finding), kLongestName));
    json_.text("description", description_of(finding));
    json_.text("severity", gitlab_severity(finding.severity));
    const std::string solution = what_to_do(report_, finding);
    if (!solution.empty()) json_.text("solution", cut_line(solution, kLongestSolution));
    write_identifiers(finding);
    write_vectors(finding);
    write_links(finding);
    write_details(finding);
    write_location(finding);
    json_.end_object();
  }

  std::string description_of(const model::Finding& finding) const {
    std::string text = headline(report_, finding);
    for (const std::string* more : {&finding.why, &finding.evidence})
      if (!more->empty()) text += "\n\n" + cut_line(*more, kLongestLine);
    return text;
  }

  void write_identifiers(const model::Finding& finding) {
    json_.begin_array("identifiers");
    write_identifier(finding.id, finding.kind, record_url(finding));
    for (std::size_t i = 0; i < std::min(finding.aliases.size(), kIdentifiers - 1); ++i)
      write_identifier(finding.aliases[i], finding.kind, {});
    json_.end_array();
  }

  void write_identifier(std::string_view id, model::FindingKind kind, const std::string& url) {
    std::string name = cut_line(id, kLongestName);
    if (name.empty()) name = "unnamed";
    json_.begin_object();
    json_.text("type", identifier_type(id, kind));
    json_.text("name", name);
    json_.text("value", name);
    if (!url.empty()) json_.text("url", url);
    json_.end_object();
  }

  void write_vectors(const model::Finding& finding) {
    constexpr std::size_t kVectors = 10;
    std::vector<const model::Cvss*> vectors;
    for (const model::Cvss& cvss : finding.cvss)
      if (is_cvss3_vector(cvss.vector) && vectors.size() < kVectors) vectors.push_back(&cvss);
    if (vectors.empty()) return;
    json_.begin_array("cvss_vectors");
    for (const model::Cvss* cvss : vectors) {
      json_.begin_object();
      json_.text("vendor", cvss->source.empty() ? "unknown" : cut_line(cvss->source, kLongestName));
      json_.text("vector", cvss->vector);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_links(const model::Finding& finding) {
    json_.begin_array("links");
    std::size_t links = 0;
    for (const std::string& url : finding.references) {
      if (links == kLinks || !is_web_url(url)) continue;
      ++links;
      json_.begin_object();
      json_.text("url", url);
      json_.end_object();
    }
    json_.end_array();
  }

  void write_detail(std::string_view key, std::string_view name, const std::string& value) {
    if (value.empty()) return;
    json_.begin_object(key);
    json_.text("name", name);
    json_.text("type", "text");
    json_.text("value", value);
    json_.end_object();
  }

  void write_details(const model::Finding& finding) {
    json_.begin_object("details");
    write_detail("kind", "Kind", std::string(model::finding_kind_name(finding.kind)));
    write_detail("layer", "Layer", layer_label(report_, finding.layer));
    write_detail("path", "File", cut_line(place_of(report_, finding).path, kLongestLine));
    if (finding.kev) write_detail("exploited", "Known to be exploited", "yes");
    if (finding.epss) write_detail("epss", "EPSS", fmt::format("{}", finding.epss->score));
    if (const std::string excerpt = cut_lines(finding.excerpt, kLongestExcerpt); !excerpt.empty()) {
      json_.begin_object("lines");
      json_.text("name", "Lines");
      json_.text("type", "code");
      json_.text("value", excerpt);
      json_.end_object();
    }
    json_.end_object();
  }

  void write_location(const model::Finding& finding) {
    const model::Package* package = named_package(report_, finding);
    const model::Distro& distro = report_.distro;
    std::string system = distro.known() ? cut_line(distro.id, 100) : "unknown";
    if (!distro.version_id.empty()) system += " " + cut_line(distro.version_id, 100);
    json_.begin_object("location");
    json_.begin_object("dependency");
    json_.begin_object("package");
    json_.text("name",
               package != nullptr ? cut_line(package->name, kLongestName)
                                  : cut_line(place_of(report_, finding).path, kLongestName));
    json_.end_object();
    json_.text("version", package != nullptr ? cut_line(package->version, kLongestName) : "");
    json_.end_object();
    json_.text("operating_system", system);
    json_.text("image", cut_line(subject_name(report_.subject), kLongestName));
    json_.end_object();
  }

  const model::Report& report_;
  const WriteOptions& options_;
  std::vector<std::string> prints_;
  JsonWriter json_;
};

} // namespace

base::Result<void>
write_gitlab(const model::Report& report, const WriteOptions& options, const Sink& sink) {
  Output out(sink);
  GitlabReport(report, options, out).write();
  return out.finish();
}

base::Result<void> write_gitlab_codequality(const model::Report& report,
                                            const WriteOptions& /*options*/,
                                            const Sink& sink) {
  Output out(sink);
  JsonWriter json(out);
  const std::vector<std::string> prints = numbered_fingerprints(report);
  json.begin_array();
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    const model::Finding& finding = report.findings[i];
    if (finding.suppression) continue;
    const Place place = place_of(report, finding);
    const std::string package = package_label(named_package(report, finding));
    std::string id = cut_line(finding.id, kLongestName);
    if (id.empty()) id = model::finding_kind_name(finding.kind);
    json.begin_object();
    json.text(
        "description",
        fmt::format(
            "{}{}{}: {}", id, package.empty() ? "" : " in ", package, headline(report, finding)));
    json.text("check_name", id);
    // Several reports may be merged into one, where no two may agree.
    json.text("fingerprint",
              hash_of(repository_name(report.subject) + '\0' + prints[i]).substr(0, 32));
    json.text("severity", quality_severity(finding.severity));
    json.begin_object("location");
    json.text("path", cut_line(place.path, kLongestLine));
    json.begin_object("lines");
    json.integer("begin", place.lines.first);
    json.integer("end", place.lines.last);
    json.end_object();
    json.end_object();
    json.end_object();
  }
  json.end_array();
  json.finish();
  return out.finish();
}

} // namespace portique::report
