// https://github.com/jenkinsci/xunit-plugin, junit-10.xsd: what Jenkins takes, and with it all that
// read JUnit's reports.

#include "portique/report/junit_report.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/report/finding_facts.h"
#include "portique/report/sbom_identity.h"
#include "portique/report/summary.h"
#include "portique/report/xml_writer.h"

namespace portique::report {

namespace {

constexpr std::size_t kLongestName = 300;

class JunitReport {
public:
  JunitReport(const model::Report& report, Output& out) : report_(report), xml_(out) { count(); }

  void write() {
    xml_.begin("testsuites");
    xml_.attribute("name", "portique");
    write_counts(false);
    xml_.begin("testsuite");
    xml_.attribute("name", cut_line(subject_name(report_.subject), kLongestName));
    write_counts(true);
    std::string time = base::format_time(report_.created);
    time.pop_back(); // readers of JUnit want no zone
    xml_.attribute("timestamp", time);
    write_properties();
    write_policy();
    for (std::size_t i = 0; i < report_.packages.size(); ++i)
      if (!has_findings_[i]) write_clean(report_.packages[i]);
    for (const model::Finding& finding : report_.findings)
      write_finding(finding);
    for (const model::Issue& issue : report_.issues)
      write_issue(issue);
    if (is_empty_) {
      // A report without any test is an error to Jenkins.
      begin_case("scan", "nothing was found");
      xml_.end();
    }
    xml_.end();
    xml_.end();
  }

private:
  void count() {
    has_findings_.resize(report_.packages.size());
    for (const model::Finding& finding : report_.findings) {
      if (named_package(report_, finding) != nullptr) has_findings_[finding.package] = true;
      (finding.suppression ? skipped_ : failures_) += 1;
    }
    if (report_.verdict && report_.verdict->decision == model::Decision::Deny) ++failures_;
    tests_ = report_.findings.size() + report_.issues.size() + (report_.verdict ? 1 : 0) +
             static_cast<std::size_t>(std::ranges::count(has_findings_, false));
    is_empty_ = tests_ == 0;
    if (is_empty_) tests_ = 1;
  }

  void write_counts(bool with_skipped) {
    xml_.attribute("tests", std::to_string(tests_));
    xml_.attribute("failures", std::to_string(failures_));
    xml_.attribute("errors", std::to_string(report_.issues.size()));
    if (with_skipped) xml_.attribute("skipped", std::to_string(skipped_));
  }

  void write_property(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    xml_.begin("property");
    xml_.attribute("name", name);
    xml_.attribute("value", value);
    xml_.end();
  }

  void write_properties() {
    xml_.begin("properties");
    write_property("subject", cut_line(report_.subject.name, kLongestLine));
    write_property("digest", subject_digest(report_.subject));
    write_property("distribution", cut_line(report_.distro.pretty_name, kLongestName));
    write_property("verdict", verdict_text(report_));
    write_property("coverage", unchecked_text(report_));
    xml_.end();
  }

  void begin_case(std::string_view group, const std::string& name) {
    xml_.begin("testcase");
    xml_.attribute("classname", group);
    xml_.attribute("name", name.empty() ? "unnamed" : name);
  }

  void write_policy() {
    if (!report_.verdict) return;
    begin_case("policy", cut_line(report_.verdict->policy, kLongestName));
    if (report_.verdict->decision == model::Decision::Deny) {
      std::string text;
      for (const model::RuleHit& hit : report_.verdict->hits)
        if (!hit.exception)
          text += fmt::format("{} {}: {}\n",
                              model::decision_name(hit.decision),
                              cut_line(hit.rule, kLongestName),
                              cut_line(hit.message, kLongestLine));
      write_outcome("failure", "deny", verdict_text(report_), text);
    }
    xml_.end();
  }

  void write_outcome(std::string_view outcome,
                     std::string_view type,
                     std::string_view message,
                     std::string_view text) {
    xml_.begin(outcome);
    xml_.attribute("type", type);
    xml_.attribute("message", message);
    xml_.content(text);
    xml_.end();
  }

  void write_clean(const model::Package& package) {
    begin_case("package." + cut_line(package.type, 50), package_label(&package));
    xml_.end();
  }

  void write_finding(const model::Finding& finding) {
    const model::Package* package = named_package(report_, finding);
    const std::string place = package != nullptr
                                  ? package_label(package)
                                  : cut_line(place_of(report_, finding).path, kLongestName);
    begin_case(fmt::format("{}.{}",
                           model::finding_kind_name(finding.kind),
                           package != nullptr ? cut_line(package->type, 50) : "file"),
               fmt::format("{} {}", cut_line(finding.id, kLongestName), place));
    if (finding.suppression) {
      xml_.begin("skipped");
      xml_.attribute("message", suppression_text(*finding.suppression));
      xml_.end();
    } else {
      write_outcome("failure",
                    model::severity_name(finding.severity),
                    headline(report_, finding),
                    text_of(finding));
    }
    xml_.end();
  }

  std::string text_of(const model::Finding& finding) const {
    const Place place = place_of(report_, finding);
    std::string text;
    const auto add = [&](std::string_view name, const std::string& value) {
      if (!value.empty()) text += fmt::format("{}: {}\n", name, value);
    };
    add("severity", std::string(model::severity_name(finding.severity)));
    add("package", package_label(named_package(report_, finding)));
    std::string file = cut_line(place.path, kLongestLine);
    if (place.has_lines) file += fmt::format(":{}", place.lines.first);
    add("file", file);
    add("layer", layer_label(report_, finding.layer));
    add("seen", cut_line(finding.evidence, kLongestLine));
    add("why", cut_line(finding.why, kLongestLine));
    add("what to do", what_to_do(report_, finding));
    add("more", record_url(finding));
    if (finding.kev) text += "known to be exploited\n";
    if (!finding.excerpt.empty()) text += cut_lines(finding.excerpt, kLongestExcerpt) + "\n";
    return text;
  }

  void write_issue(const model::Issue& issue) {
    begin_case("evidence", cut_line(issue.path.empty() ? "scan" : issue.path, kLongestName));
    write_outcome("error",
                  base::code_name(issue.code),
                  cut_line(issue.message, kLongestLine),
                  layer_label(report_, issue.layer));
    xml_.end();
  }

  const model::Report& report_;
  XmlWriter xml_;
  std::vector<bool> has_findings_; ///< of each package
  bool is_empty_ = false;
  std::size_t tests_ = 0;
  std::size_t failures_ = 0;
  std::size_t skipped_ = 0;
};

} // namespace

base::Result<void>
write_junit(const model::Report& report, const WriteOptions& /*options*/, const Sink& sink) {
  Output out(sink);
  JunitReport(report, out).write();
  return out.finish();
}

} // namespace portique::report
