#pragma once

// The words of Trivy's reports, for programs that compare with them.

#include <string>
#include <string_view>

#include "portique/model/package.h"
#include "portique/model/severity.h"

namespace portique::report {

/// A family of distributions: "almalinux" -> "alma"; others as os-release names them.
std::string trivy_family(std::string_view distro_id);

/// How Trivy lists the packages of a language.
struct TrivyResult {
  std::string_view type;   ///< "npm", "node-pkg", "gobinary"
  std::string_view target; ///< "Node.js" where all of a kind are one result; "" for one a file
};

TrivyResult trivy_result(const model::Package& package);

/// "CRITICAL"; there is none below LOW.
std::string_view trivy_severity(model::Severity severity);

/// The same as a number.
unsigned trivy_severity_number(model::Severity severity);

/// A source of advisories.
struct TrivySourceName {
  std::string_view id;
  std::string_view name;
  std::string_view url;
};

/// By the id of an advisory ("DSA-1234-1"), or by the name of a source ("Debian", "CVSS 3.1
/// (...)").
TrivySourceName trivy_source(std::string_view text);

} // namespace portique::report
