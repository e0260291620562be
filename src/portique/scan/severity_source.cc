#include "portique/scan/severity_source.h"

#include <algorithm>
#include <array>

#include "portique/base/text.h"

namespace portique::scan {

namespace {

constexpr std::string_view kAuto = "auto";

struct Source {
  std::string_view name;    ///< as users of Trivy type it
  std::string_view records; ///< as findings name it; "" if the same
};

constexpr std::array kSources{
    Source{"auto", ""},
    Source{"nvd", ""},
    Source{"ghsa", ""},
    Source{"debian", ""},
    Source{"ubuntu", ""},
    Source{"redhat", ""},
    Source{"alma", "almalinux"},
    Source{"rocky", "rockylinux"},
    Source{"suse", ""},
    Source{"opensuse", ""},
    Source{"alpine", ""},
    Source{"wolfi", ""},
    Source{"chainguard", ""},
    Source{"bitnami", "bit"},
    Source{"glad", ""},
    Source{"govulndb", "go"},
    Source{"rustsec", ""},
    Source{"pysec", ""},
};

} // namespace

base::Result<SeveritySources> parse_severity_sources(std::string_view text) {
  SeveritySources sources;
  for (const std::string_view part : base::split(text, ',')) {
    const std::string word = base::to_lower(base::trim(part));
    const auto known = std::ranges::find(kSources, word, &Source::name);
    if (known == kSources.end()) {
      std::string names;
      for (const Source& source : kSources)
        names += (names.empty() ? "" : ", ") + std::string(source.name);
      return base::fail(base::Code::InvalidArgument,
                        "there is no source of severities '" + base::printable(word) +
                            "'; there are: " + names);
    }
    sources.emplace_back(known->records.empty() ? known->name : known->records);
  }
  return sources;
}

void apply_severity_sources(const SeveritySources& sources, model::Report& report) {
  for (model::Finding& finding : report.findings) {
    if (finding.kind != model::FindingKind::Vulnerability) continue;
    const model::SourceSeverity* chosen = nullptr;
    bool keep = false;
    for (const std::string& source : sources) {
      keep = source == kAuto && finding.severity != model::Severity::Unknown;
      const auto found =
          std::ranges::find(finding.severities, source, &model::SourceSeverity::source);
      if (found != finding.severities.end()) chosen = &*found;
      if (keep || chosen != nullptr) break;
    }
    if (keep) continue;
    finding.severity = chosen == nullptr ? model::Severity::Unknown : chosen->severity;
    finding.severity_source =
        chosen == nullptr ? std::string() : chosen->source + " (" + chosen->record + ")";
  }
}

} // namespace portique::scan
