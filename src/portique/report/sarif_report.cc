// SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, with what GitHub's
// code scanning reads of it:
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning

#include "portique/report/sarif_report.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/report/finding_facts.h"
#include "portique/report/json_writer.h"
#include "portique/report/markdown_report.h"
#include "portique/report/sbom_identity.h"
#include "portique/report/summary.h"

namespace portique::report {

namespace {

/// Issues past this say nothing new, and each is shown as an error of the tool.
constexpr std::size_t kNotifications = 500;
constexpr std::size_t kReferences = 20;

std::string_view level_of(model::Severity severity) {
  switch (severity) {
  case model::Severity::Critical:
  case model::Severity::High:
    return "error";
  case model::Severity::Medium:
  case model::Severity::Unknown:
    return "warning";
  case model::Severity::Low:
  case model::Severity::Negligible:
    break;
  }
  return "note";
}

/// The lowest and highest score that GitHub shows as a severity, and the one in the middle.
struct ScoreBand {
  double low = 0;
  double high = 0;
  double usual = 0;
};

ScoreBand band_of(model::Severity severity) {
  switch (severity) {
  case model::Severity::Critical:
    return {9.0, 10.0, 9.5};
  case model::Severity::High:
    return {7.0, 8.9, 8.0};
  case model::Severity::Medium:
    return {4.0, 6.9, 5.5};
  case model::Severity::Low:
    return {0.1, 3.9, 2.0};
  case model::Severity::Negligible:
    return {0.1, 0.9, 0.5};
  case model::Severity::Unknown:
    break;
  }
  return {};
}

/// A CVSS score where it agrees with the finding's severity, so that GitHub shows the severity that
/// every other format has.
double score_of(const model::Finding& finding) {
  const ScoreBand band = band_of(finding.severity);
  double score = 0;
  for (const model::Cvss& cvss : finding.cvss)
    if (cvss.score >= band.low && cvss.score <= band.high) score = std::max(score, cvss.score);
  return score > 0 ? score : band.usual;
}

/// How sure the finding is, in CodeQL's words.
std::string_view precision_of(model::FindingKind kind) {
  switch (kind) {
  case model::FindingKind::Vulnerability:
  case model::FindingKind::Misconfiguration:
  case model::FindingKind::Isolation:
  case model::FindingKind::Access:
    return "very-high";
  case model::FindingKind::Secret:
  case model::FindingKind::Malware:
  case model::FindingKind::Runtime:
    break;
  }
  return "high";
}

std::string_view rule_name(model::FindingKind kind) {
  switch (kind) {
  case model::FindingKind::Vulnerability:
    return "VulnerablePackage";
  case model::FindingKind::Secret:
    return "LeakedSecret";
  case model::FindingKind::Malware:
    return "Malware";
  case model::FindingKind::Misconfiguration:
    return "Misconfiguration";
  case model::FindingKind::Isolation:
    return "WeakIsolation";
  case model::FindingKind::Runtime:
    return "RuntimeChange";
  case model::FindingKind::Access:
    return "Access";
  }
  return "Finding";
}

/// A message's text: what would be a link or a placeholder (clauses 3.11.5, 3.11.6) is none.
std::string message_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
    if (c == '{' || c == '}') out += c;
  }
  return out;
}

struct Rule {
  const model::Finding* worst = nullptr;   ///< decides on severity
  const model::Finding* telling = nullptr; ///< has the texts
};

class SarifReport {
public:
  SarifReport(const model::Report& report, const WriteOptions& options, Output& out)
      : report_(report), options_(options), prints_(numbered_fingerprints(report)), json_(out) {
    choose_findings();
    gather_rules();
  }

  void write() {
    json_.begin_object();
    json_.text("$schema",
               "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
               "sarif-schema-2.1.0.json");
    json_.text("version", "2.1.0");
    json_.begin_array("runs");
    json_.begin_object();
    write_tool();
    write_invocation();
    write_bases();
    json_.begin_object("automationDetails");
    json_.text("id", "portique/" + repository_name(report_.subject) + "/");
    json_.end_object();
    json_.text("columnKind", "unicodeCodePoints");
    json_.begin_array("results");
    for (const std::size_t index : chosen_)
      write_result(index);
    json_.end_array();
    write_properties();
    json_.end_object();
    json_.end_array();
    json_.end_object();
    json_.finish();
  }

private:
  static std::string rule_id(const model::Finding& finding) {
    const std::string id = cut_line(finding.id, 200);
    return id.empty() ? std::string(model::finding_kind_name(finding.kind)) : id;
  }

  void choose_findings() {
    for (std::size_t i = 0; i < report_.findings.size(); ++i)
      if (!report_.findings[i].suppression || options_.show_suppressed) chosen_.push_back(i);
    if (chosen_.size() <= kSarifResults) return;
    left_out_ = chosen_.size() - kSarifResults;
    std::ranges::sort(chosen_, std::ranges::greater{}, [&](std::size_t i) {
      const model::Finding& finding = report_.findings[i];
      return std::tuple(!finding.suppression, finding.severity, report_.findings.size() - i);
    });
    chosen_.resize(kSarifResults);
    std::ranges::sort(chosen_);
  }

  void gather_rules() {
    for (const std::size_t index : chosen_) {
      const model::Finding& finding = report_.findings[index];
      const auto [at, is_new] = rule_index_.try_emplace(rule_id(finding), rules_.size());
      if (is_new) rules_.push_back({&finding, &finding});
      Rule& rule = rules_[at->second];
      if (finding.severity > rule.worst->severity) rule.worst = &finding;
      if (rule.telling->title.empty() && !finding.title.empty()) rule.telling = &finding;
    }
  }

  void put_message(std::string_view name, std::string_view text) {
    json_.begin_object(name);
    json_.text("text", message_text(text));
    json_.end_object();
  }

  void write_tool() {
    json_.begin_object("tool");
    json_.begin_object("driver");
    json_.text("name", "portique");
    json_.text("fullName", "portique container security");
    if (!options_.tool_version.empty()) json_.text("version", options_.tool_version);
    json_.begin_array("rules");
    for (const Rule& rule : rules_)
      write_rule(rule);
    json_.end_array();
    json_.end_object();
    json_.end_object();
  }

  void write_rule(const Rule& rule) {
    const model::Finding& finding = *rule.telling;
    const std::string id = rule_id(finding);
    const std::string url = record_url(finding);
    std::string title = cut_line(base::trim(finding.title), kLongestLine);
    if (title.empty()) title = id;
    json_.begin_object();
    json_.text("id", id);
    json_.text("name", rule_name(finding.kind));
    put_message("shortDescription", fmt::format("{}: {}", id, title));
    const std::string why = cut_lines(finding.why, kLongestExcerpt);
    put_message("fullDescription", why.empty() ? title : title + "\n" + why);
    json_.begin_object("defaultConfiguration");
    json_.text("level", level_of(rule.worst->severity));
    json_.end_object();
    if (!url.empty()) json_.text("helpUri", url);
    write_help(finding, title);
    write_rule_properties(rule);
    json_.end_object();
  }

  void write_help(const model::Finding& finding, const std::string& title) {
    std::string text = title;
    std::string markdown = fmt::format("**{}**\n", markdown_text(title));
    const auto add = [&](std::string_view name, std::string_view value) {
      if (value.empty()) return;
      text += fmt::format("\n{}: {}", name, value);
      markdown += fmt::format("\n{}: {}\n", name, markdown_text(value));
    };
    add("Why it matters", cut_line(finding.why, kLongestLine));
    if (!finding.remedy.empty()) add("What to do", cut_line(finding.remedy, kLongestLine));
    std::string aliases;
    for (const std::string& alias : finding.aliases)
      if (aliases.size() < kLongestLine)
        aliases += (aliases.empty() ? "" : ", ") + cut_line(alias, 100);
    add("Also known as", aliases);
    std::size_t links = 0;
    for (const std::string& reference : finding.references) {
      if (!is_web_url(reference) || links == kReferences) continue;
      ++links;
      text += "\n" + reference;
      // Between angle brackets a URL needs no escape: is_web_url() lets no bracket in.
      markdown += fmt::format("\n- <{}>", reference);
    }
    json_.begin_object("help");
    json_.text("text", message_text(text));
    json_.text("markdown", markdown);
    json_.end_object();
  }

  void write_rule_properties(const Rule& rule) {
    const model::Finding& worst = *rule.worst;
    std::vector<std::string> tags{"security", std::string(model::finding_kind_name(worst.kind))};
    if (worst.kev) tags.emplace_back("known-exploited");
    if (const model::Package* package = named_package(report_, *rule.telling))
      if (base::is_word(package->type)) tags.push_back(cut_line(package->type, 50));
    json_.begin_object("properties");
    json_.text("precision", precision_of(worst.kind));
    // Without a score GitHub shows the level.
    if (worst.severity != model::Severity::Unknown)
      json_.text("security-severity", fmt::format("{:.1f}", score_of(worst)));
    json_.texts("tags", tags);
    json_.end_object();
  }

  void write_result(std::size_t index) {
    const model::Finding& finding = report_.findings[index];
    const std::string id = rule_id(finding);
    json_.begin_object();
    json_.text("ruleId", id);
    json_.integer("ruleIndex", rule_index_.at(id));
    json_.text("level", level_of(finding.severity));
    put_message("message", result_text(finding));
    write_locations(finding);
    json_.begin_object("partialFingerprints");
    // GitHub reads this key alone; the other is for those who compare reports.
    json_.text("primaryLocationLineHash", prints_[index]);
    json_.text("portique/v1",
               std::string_view(prints_[index]).substr(0, prints_[index].rfind(':')));
    json_.end_object();
    if (finding.suppression) write_suppression(*finding.suppression);
    write_result_properties(finding);
    json_.end_object();
  }

  std::string result_text(const model::Finding& finding) const {
    const model::Package* package = named_package(report_, finding);
    std::string text = as_sentence(headline(report_, finding));
    const auto add = [&](std::string_view name, const std::string& value) {
      if (!value.empty()) text += fmt::format("\n{}: {}", name, value);
    };
    add("Package", package_label(package));
    add("Seen", cut_line(finding.evidence, kLongestLine));
    add("What to do", what_to_do(report_, finding));
    add("Came with", layer_label(report_, finding.layer));
    if (finding.kev) text += "\nIt is known to be exploited.";
    return text;
  }

  void write_locations(const model::Finding& finding) {
    const Place place = place_of(report_, finding);
    json_.begin_array("locations");
    json_.begin_object();
    json_.begin_object("physicalLocation");
    write_artifact(place.path);
    json_.begin_object("region");
    // GitHub demands a line; for what has none it is the first.
    json_.integer("startLine", place.lines.first);
    json_.integer("endLine", place.lines.last);
    if (place.has_lines && !finding.excerpt.empty())
      put_plain("snippet", cut_lines(finding.excerpt, kLongestExcerpt));
    json_.end_object();
    json_.end_object();
    const model::Package* package = named_package(report_, finding);
    const std::string layer = layer_label(report_, finding.layer);
    if (package != nullptr || !layer.empty()) {
      json_.begin_array("logicalLocations");
      if (package != nullptr)
        write_logical("package", cut_line(package->name, 300), cut_line(package->purl, 500));
      if (!layer.empty())
        write_logical("layer",
                      fmt::format("layer {}", finding.layer),
                      layer_of(report_, finding.layer)->diff_id.text());
      json_.end_array();
    }
    json_.end_object();
    json_.end_array();
  }

  void put_plain(std::string_view name, std::string_view text) {
    json_.begin_object(name);
    json_.text("text", text);
    json_.end_object();
  }

  void write_logical(std::string_view kind, std::string_view name, std::string_view full) {
    json_.begin_object();
    if (!name.empty()) json_.text("name", name);
    if (!full.empty()) json_.text("fullyQualifiedName", full);
    json_.text("kind", kind);
    json_.end_object();
  }

  void write_artifact(std::string_view path) {
    json_.begin_object("artifactLocation");
    json_.text("uri", relative_uri(path));
    json_.text("uriBaseId", base_id());
    json_.end_object();
  }

  void write_suppression(const model::Suppression& suppression) {
    json_.begin_array("suppressions");
    json_.begin_object();
    json_.text("kind", "external");
    json_.text("status", "accepted");
    json_.text("justification", suppression_text(suppression));
    json_.end_object();
    json_.end_array();
  }

  void write_result_properties(const model::Finding& finding) {
    const model::Package* package = named_package(report_, finding);
    json_.begin_object("properties");
    json_.text("kind", model::finding_kind_name(finding.kind));
    json_.text("severity", model::severity_name(finding.severity));
    if (package != nullptr && !package->purl.empty()) json_.text("purl", package->purl);
    if (finding.kind == model::FindingKind::Vulnerability)
      json_.text("fixState", model::fix_state_name(finding.fix_state));
    if (finding.fixed_version) json_.text("fixedVersion", *finding.fixed_version);
    if (finding.kev) json_.boolean("knownExploited", true);
    if (finding.epss) json_.number("epss", finding.epss->score);
    if (finding.risk > 0) json_.number("risk", finding.risk);
    json_.end_object();
  }

  /// Paths of an image or root file system begin at its root, others at the folder of the sources.
  [[nodiscard]] std::string_view base_id() const {
    return is_image(report_.subject) || report_.subject.kind == "rootfs" ? "ROOTPATH" : "%SRCROOT%";
  }

  void write_bases() {
    json_.begin_object("originalUriBaseIds");
    json_.begin_object(base_id());
    if (base_id() == "ROOTPATH") json_.text("uri", "file:///");
    put_message("description",
                base_id() == "ROOTPATH"
                    ? "The root of the file system of " + repository_name(report_.subject)
                    : "The folder that was checked: " + repository_name(report_.subject));
    json_.end_object();
    json_.end_object();
  }

  void write_invocation() {
    json_.begin_array("invocations");
    json_.begin_object();
    json_.boolean("executionSuccessful", true);
    json_.text("endTimeUtc", base::format_time(report_.created));
    json_.begin_array("toolExecutionNotifications");
    if (left_out_ > 0)
      write_notification(
          "warning",
          fmt::format("{} of the mildest results are left out: a run may have {}. The JSON report "
                      "has them all.",
                      left_out_,
                      kSarifResults));
    if (const std::string unchecked = unchecked_text(report_); !unchecked.empty())
      write_notification("warning", unchecked);
    for (std::size_t i = 0; i < std::min(report_.issues.size(), kNotifications); ++i)
      write_issue(report_.issues[i]);
    if (report_.issues.size() > kNotifications)
      write_notification(
          "warning",
          fmt::format("{} more could not be read.", report_.issues.size() - kNotifications));
    if (report_.verdict) write_notification("note", "Verdict: " + verdict_text(report_) + ".");
    for (std::size_t i = 0; i < std::min(report_.notes.size(), kNotifications); ++i)
      write_notification("note", cut_line(report_.notes[i], kLongestLine));
    json_.end_array();
    json_.end_object();
    json_.end_array();
  }

  void write_notification(std::string_view level, std::string_view text) {
    json_.begin_object();
    json_.text("level", level);
    put_message("message", text.empty() ? std::string_view("(no text)") : text);
    json_.end_object();
  }

  void write_issue(const model::Issue& issue) {
    json_.begin_object();
    json_.text("level", "warning");
    std::string text = "Not read or not checked: " + cut_line(issue.message, kLongestLine);
    if (const std::string layer = layer_label(report_, issue.layer); !layer.empty())
      text += " (" + layer + ")";
    put_message("message", text);
    if (!issue.path.empty()) {
      json_.begin_array("locations");
      json_.begin_object();
      json_.begin_object("physicalLocation");
      write_artifact(std::string_view(issue.path).substr(0, kLongestLine));
      json_.end_object();
      json_.end_object();
      json_.end_array();
    }
    json_.end_object();
  }

  void write_properties() {
    const Summary summary = summarise(report_);
    const model::Image& image = report_.subject.image;
    json_.begin_object("properties");
    json_.text("subject", cut_line(report_.subject.name, kLongestLine));
    if (is_image(report_.subject)) {
      if (!image.config_digest.empty()) json_.text("imageId", image.config_digest.text());
      if (!image.manifest_digest.empty()) json_.text("imageDigest", image.manifest_digest.text());
      json_.texts("imageTags", image.tags);
    }
    json_.begin_array("scanners");
    for (const model::Scanner scanner : report_.scanners)
      json_.element(model::scanner_name(scanner));
    json_.end_array();
    if (report_.verdict) {
      json_.text("verdict", model::decision_name(report_.verdict->decision));
      json_.text("policy", report_.verdict->policy);
    }
    json_.integer("suppressed", summary.suppressed);
    json_.integer("hidden", summary.hidden);
    json_.end_object();
  }

  const model::Report& report_;
  const WriteOptions& options_;
  std::vector<std::string> prints_;
  JsonWriter json_;
  std::vector<std::size_t> chosen_; ///< indices of findings, in the report's order
  std::size_t left_out_ = 0;
  std::vector<Rule> rules_;
  std::map<std::string, std::size_t, std::less<>> rule_index_;
};

} // namespace

base::Result<void>
write_sarif(const model::Report& report, const WriteOptions& options, const Sink& sink) {
  Output out(sink);
  SarifReport(report, options, out).write();
  return out.finish();
}

} // namespace portique::report
