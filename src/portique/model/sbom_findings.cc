#include "portique/model/sbom_findings.h"

#include <algorithm>

#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::model {

namespace {

constexpr std::string_view kPrefix = "portique:finding:";

struct TextField {
  const char* name;
  std::string SbomFinding::* member;
};

constexpr TextField kTexts[] = {
    {"id", &SbomFinding::id},
    {"severitySource", &SbomFinding::severity_source},
    {"title", &SbomFinding::title},
    {"path", &SbomFinding::path},
    {"evidence", &SbomFinding::evidence},
    {"remedy", &SbomFinding::remedy},
    {"package", &SbomFinding::package},
    {"fingerprint", &SbomFinding::fingerprint},
};

SbomFinding from(const Finding& finding, const Report& report) {
  SbomFinding out{finding.id,
                  finding.kind,
                  finding.severity,
                  finding.severity_source,
                  finding.title,
                  finding.path,
                  finding.evidence,
                  finding.remedy,
                  {},
                  finding.fingerprint,
                  finding.layer};
  if (finding.package < report.packages.size()) out.package = report.packages[finding.package].purl;
  return out;
}

std::optional<FindingKind> kind_of(std::string_view name) {
  for (int kind = 0; kind <= static_cast<int>(FindingKind::Access); ++kind)
    if (name == finding_kind_name(static_cast<FindingKind>(kind)))
      return static_cast<FindingKind>(kind);
  return std::nullopt;
}

} // namespace

std::vector<SbomProperty> sbom_finding_properties(const Report& report) {
  std::vector<SbomProperty> properties;
  for (const Finding& whole : report.findings) {
    if (whole.kind == FindingKind::Vulnerability) continue;
    if (properties.size() == kSbomFindings) break;
    const SbomFinding finding = from(whole, report);
    boost::json::object object;
    for (const TextField& field : kTexts)
      if (const std::string& text = finding.*field.member; !text.empty())
        object[field.name] = base::to_utf8(text);
    object["kind"] = finding_kind_name(finding.kind);
    object["severity"] = severity_name(finding.severity);
    if (finding.layer != kNoLayer) object["layer"] = finding.layer;
    properties.push_back(
        {std::string(kPrefix) + std::to_string(properties.size()), boost::json::serialize(object)});
  }
  return properties;
}

std::optional<SbomFinding> read_sbom_finding(std::string_view name, std::string_view value) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const auto parsed = base::parse_json(value);
  const boost::json::object* object = parsed ? base::json_object(&*parsed) : nullptr;
  const auto kind = kind_of(base::json_string(object, "kind"));
  const auto severity = parse_severity(base::json_string(object, "severity"));
  if (!kind || *kind == FindingKind::Vulnerability || !severity) return std::nullopt;
  SbomFinding finding;
  for (const TextField& field : kTexts)
    finding.*field.member = base::json_string(object, field.name);
  if (finding.id.empty()) return std::nullopt;
  finding.kind = *kind;
  finding.severity = *severity;
  if (const auto layer = base::json_integer(object, "layer");
      layer && *layer >= 0 && *layer < static_cast<std::int64_t>(kSbomLayers))
    finding.layer = static_cast<std::int32_t>(*layer);
  return finding;
}

void add_sbom_findings(const std::vector<SbomFinding>& findings, Report& report) {
  const auto layers = static_cast<std::int32_t>(report.subject.image.layers.size());
  for (const SbomFinding& from : findings) {
    Finding finding;
    finding.id = from.id;
    finding.kind = from.kind;
    finding.severity = from.severity;
    finding.severity_source = from.severity_source;
    finding.title = from.title;
    finding.path = from.path;
    finding.evidence = from.evidence;
    finding.remedy = from.remedy;
    finding.fingerprint = from.fingerprint;
    finding.layer = from.layer < layers ? from.layer : kNoLayer;
    const auto package = std::ranges::find(report.packages, from.package, &Package::purl);
    if (!from.package.empty() && package != report.packages.end())
      finding.package = static_cast<std::size_t>(package - report.packages.begin());
    report.findings.push_back(std::move(finding));
  }
}

} // namespace portique::model
