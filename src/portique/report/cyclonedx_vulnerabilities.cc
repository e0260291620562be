#include "portique/report/cyclonedx_vulnerabilities.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

#include "portique/model/package_name.h"
#include "portique/report/finding_facts.h"
#include "portique/report/summary.h"

namespace portique::report {

namespace {

using Group = std::vector<const model::Finding*>;

std::string_view severity_word(model::Severity severity) {
  // The format has no word for what is below low but harmful.
  return severity == model::Severity::Negligible ? "info" : model::severity_name(severity);
}

std::string_view method_of(std::string_view cvss_version, bool cvss4) {
  if (cvss_version == "2.0") return "CVSSv2";
  if (cvss_version == "3.0") return "CVSSv3";
  if (cvss_version == "3.1") return "CVSSv31";
  return cvss_version == "4.0" && cvss4 ? "CVSSv4" : "other";
}

/// The severity band of a base score, https://nvd.nist.gov/vuln-metrics/cvss.
std::string_view band_of(double score) {
  if (score >= 9) return "critical";
  if (score >= 7) return "high";
  if (score >= 4) return "medium";
  return score > 0 ? "low" : "none";
}

struct Source {
  std::string_view prefix;
  std::string_view name;
  std::string_view url;
};

constexpr Source kSources[] = {
    {"CVE-", "NVD", "https://nvd.nist.gov/vuln/detail/"},
    {"GHSA-", "GitHub", "https://github.com/advisories/"},
};

class VulnerabilityWriter {
public:
  VulnerabilityWriter(CycloneDxOutput& output,
                      const model::Report& report,
                      const std::vector<std::string>& names,
                      bool cvss4)
      : output_(output), report_(report), names_(names), cvss4_(cvss4) {}

  void write(const Group& group) {
    const model::Finding& finding = *group.front();
    output_.begin_item("vulnerability");
    output_.text("id", finding.id);
    write_source(finding.id);
    write_aliases(finding);
    write_ratings(finding);
    if (!finding.title.empty()) output_.text("description", finding.title);
    if (finding.fixed_version) output_.text("recommendation", recommendation(group));
    write_advisories(finding);
    if (finding.published) output_.text("published", base::format_time(*finding.published));
    if (finding.modified) output_.text("updated", base::format_time(*finding.modified));
    write_analysis(finding);
    output_.begin_list("affects");
    for (const model::Finding* one : group)
      if (const model::Package* package = package_of(report_, *one))
        output_.affected(names_[one->package], package->version, "affected");
    output_.end_list();
    write_properties(finding);
    output_.end();
  }

private:
  void write_source(std::string_view id) {
    for (const Source& source : kSources) {
      if (!id.starts_with(source.prefix)) continue;
      output_.begin("source");
      output_.text("name", source.name);
      if (const std::string url = std::string(source.url) + std::string(id); is_web_url(url))
        output_.text("url", url);
      output_.end();
    }
  }

  void write_aliases(const model::Finding& finding) {
    if (finding.aliases.empty()) return;
    output_.begin_list("references");
    for (const std::string& alias : finding.aliases) {
      output_.begin_item("reference");
      output_.text("id", alias);
      output_.begin("source");
      output_.text("name", alias.substr(0, alias.find('-')));
      output_.end();
      output_.end();
    }
    output_.end_list();
  }

  void write_ratings(const model::Finding& finding) {
    output_.begin_list("ratings");
    output_.begin_item("rating");
    if (!finding.severity_source.empty()) {
      output_.begin("source");
      output_.text("name", finding.severity_source);
      output_.end();
    }
    output_.text("severity", severity_word(finding.severity));
    output_.end();
    for (const model::Cvss& cvss : finding.cvss) {
      output_.begin_item("rating");
      if (!cvss.source.empty()) {
        output_.begin("source");
        output_.text("name", cvss.source);
        output_.end();
      }
      output_.number("score", cvss.score);
      output_.text("severity", band_of(cvss.score));
      output_.text("method", method_of(cvss.version, cvss4_));
      output_.text("vector", cvss.vector);
      output_.end();
    }
    output_.end_list();
  }

  std::string recommendation(const Group& group) const {
    std::string text;
    for (const model::Finding* finding : group) {
      const model::Package* package = package_of(report_, *finding);
      if (package == nullptr || !finding->fixed_version) continue;
      text += fmt::format("{}Upgrade {} to {}",
                          text.empty() ? "" : "; ",
                          model::name_in_ecosystem(*package),
                          *finding->fixed_version);
    }
    return text;
  }

  void write_advisories(const model::Finding& finding) {
    // The schema takes only well-formed URLs, and what reads SBOMs makes links of them.
    if (std::ranges::none_of(finding.references, is_web_url)) return;
    output_.begin_list("advisories");
    for (const std::string& url : finding.references) {
      if (!is_web_url(url)) continue;
      output_.begin_item("advisory");
      output_.text("url", url);
      output_.end();
    }
    output_.end_list();
  }

  void write_analysis(const model::Finding& finding) {
    if (!finding.suppression && !finding.vex) return;
    output_.begin("analysis");
    output_.text("state", state_of(finding));
    if (finding.suppression && !finding.vex) output_.response("will_not_fix");
    if (const std::string detail = detail_of(finding); !detail.empty())
      output_.text("detail", detail);
    output_.end();
  }

  static std::string_view state_of(const model::Finding& finding) {
    // An ignore file says that somebody looked, not that the software is safe.
    if (!finding.vex) return "in_triage";
    switch (finding.vex->status) {
    case model::VexStatus::NotAffected:
      return "not_affected";
    case model::VexStatus::Affected:
      return "exploitable";
    case model::VexStatus::Fixed:
      return "resolved";
    case model::VexStatus::UnderInvestigation:
      break;
    }
    return "in_triage";
  }

  static std::string detail_of(const model::Finding& finding) {
    std::string detail;
    const auto add = [&](std::string_view part) {
      if (!part.empty()) detail += (detail.empty() ? "" : ": ") + std::string(part);
    };
    if (finding.vex) {
      add(finding.vex->source);
      add(finding.vex->justification);
      add(finding.vex->text);
    } else {
      add("ignored by " + finding.suppression->by);
      add(finding.suppression->reason);
      if (finding.suppression->until)
        add("until " + base::format_date(*finding.suppression->until));
    }
    return detail;
  }

  void write_property(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    output_.begin_item("property");
    output_.attribute("name", name);
    output_.content("value", value);
    output_.end();
  }

  void write_properties(const model::Finding& finding) {
    output_.begin_list("properties");
    write_property("portique:fixState", model::fix_state_name(finding.fix_state));
    write_property("portique:kev", finding.kev ? "true" : "");
    if (finding.epss) write_property("portique:epss:score", fmt::format("{}", finding.epss->score));
    output_.end_list();
  }

  CycloneDxOutput& output_;
  const model::Report& report_;
  const std::vector<std::string>& names_;
  bool cvss4_;
};

/// Findings that agree in all but the package.
auto group_key(const model::Finding& finding) {
  const bool suppressed = finding.suppression.has_value() || finding.vex.has_value();
  return std::tuple(std::string_view(finding.id),
                    finding.severity,
                    std::string_view(finding.severity_source),
                    finding.fix_state,
                    suppressed ? std::string_view(finding.fingerprint) : std::string_view{});
}

} // namespace

void write_cyclonedx_vulnerabilities(CycloneDxOutput& output,
                                     const model::Report& report,
                                     const std::vector<std::string>& names,
                                     bool cvss4) {
  std::map<decltype(group_key(model::Finding{})), Group> groups;
  for (const model::Finding& finding : report.findings)
    if (package_of(report, finding) != nullptr) groups[group_key(finding)].push_back(&finding);
  VulnerabilityWriter writer(output, report, names, cvss4);
  output.begin_list("vulnerabilities");
  for (const auto& [key, group] : groups)
    writer.write(group);
  output.end_list();
}

} // namespace portique::report
