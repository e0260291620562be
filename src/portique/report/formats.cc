#include "portique/report/formats.h"

#include <algorithm>
#include <array>

#include "portique/report/csv_report.h"
#include "portique/report/cyclonedx_report.h"
#include "portique/report/github_report.h"
#include "portique/report/gitlab_report.h"
#include "portique/report/html_report.h"
#include "portique/report/json_report.h"
#include "portique/report/junit_report.h"
#include "portique/report/markdown_report.h"
#include "portique/report/sarif_report.h"
#include "portique/report/spdx_report.h"
#include "portique/report/syft_report.h"
#include "portique/report/table_report.h"
#include "portique/report/trivy_report.h"

namespace portique::report {

namespace {

constexpr std::array kFormats{
    Format{"table", "for people", write_table},
    Format{"json", "everything, for programs; docs/json-report.md", write_json},
    Format{"markdown", "for comments and job summaries", write_markdown, FormatUse::Report, "md"},
    Format{"html", "one page for a browser, a phone or paper", write_html},
    Format{"csv", "for spreadsheets", write_csv},
    Format{"sarif", "SARIF 2.1.0, for GitHub's code scanning and editors", write_sarif},
    Format{"junit", "JUnit's XML, for Jenkins and other CI systems", write_junit},
    Format{"gitlab", "GitLab's container-scanning report", write_gitlab},
    Format{"gitlab-codequality", "GitLab's code-quality report", write_gitlab_codequality},
    Format{"github", "annotations of a GitHub Actions run", write_github},
    Format{"trivy-json", "Trivy's JSON report, for what reads that", write_trivy_json},
    Format{"cyclonedx",
           "CycloneDX in JSON",
           write_cyclonedx_json,
           FormatUse::Sbom,
           "cyclonedx-json",
           kCycloneDxVersions},
    Format{"cyclonedx-xml",
           "CycloneDX in XML",
           write_cyclonedx_xml,
           FormatUse::Sbom,
           {},
           kCycloneDxVersions},
    Format{"spdx", "SPDX in JSON", write_spdx_json, FormatUse::Sbom, "spdx-json", kSpdxVersions},
    Format{"spdx-tag",
           "SPDX in tag-value form",
           write_spdx_tag_value,
           FormatUse::Sbom,
           "spdx-tag-value",
           kSpdxVersions},
    Format{"syft-json", "Syft's own JSON", write_syft_json, FormatUse::Sbom},
};

} // namespace

std::span<const Format> formats() {
  return kFormats;
}

const Format* find_format(std::string_view name) {
  const auto* found = std::ranges::find_if(kFormats, [&](const Format& format) {
    return name == format.name || (!name.empty() && name == format.alias);
  });
  return found == kFormats.end() ? nullptr : found;
}

base::Result<std::string>
write_text(const Format& format, const model::Report& report, const WriteOptions& options) {
  std::string text;
  PQ_TRY(format.write(report, options, [&](std::string_view bytes) -> base::Result<void> {
    text += bytes;
    return {};
  }));
  return text;
}

} // namespace portique::report
