#pragma once

// Findings that no advisory gives (a package database that was deleted, what a container changed)
// travel in an SBOM too: whoever scans the SBOM cannot see the layers that show them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/model/finding.h"
#include "portique/model/report.h"
#include "portique/model/sbom_properties.h"

namespace portique::model {

/// One such finding as an SBOM has it.
struct SbomFinding {
  std::string id;
  FindingKind kind = FindingKind::Misconfiguration;
  Severity severity = Severity::Unknown;
  std::string severity_source;
  std::string title;
  std::string path;
  std::string evidence;
  std::string remedy;
  std::string package; ///< purl, "" if it is about no package
  std::string fingerprint;
  std::int32_t layer = kNoLayer;

  friend bool operator==(const SbomFinding&, const SbomFinding&) = default;
};

/// Findings that are kept of one SBOM.
inline constexpr std::size_t kSbomFindings = 10'000;

/// "portique:finding:N" each, a JSON object on one line; vulnerabilities are left out.
std::vector<SbomProperty> sbom_finding_properties(const Report& report);

/// The finding, if it is such a property and whole.
std::optional<SbomFinding> read_sbom_finding(std::string_view name, std::string_view value);

/// Adds the findings to the report whose packages they may be about.
void add_sbom_findings(const std::vector<SbomFinding>& findings, Report& report);

} // namespace portique::model
