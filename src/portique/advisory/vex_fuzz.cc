// Any text is refused or gives statements that can be held against any report.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "portique/advisory/vex_match.h"
#include "portique/base/text.h"

namespace {

/// A report that many documents say something about.
portique::model::Report sample_report() {
  using portique::model::Finding;
  using portique::model::Package;
  portique::model::Report report;
  report.subject.image.tags = {"alpine:3.19", "ghcr.io/org/app:1.2"};
  report.distro.id = "alpine";
  report.distro.cpe_name = "cpe:/o:alpinelinux:alpine:3.19";
  const auto add = [&](const char* type, const char* ns, const char* name, const char* version) {
    Package package;
    package.type = type;
    package.ns = ns;
    package.name = name;
    package.version = version;
    package.source_name = name;
    package.source_version = version;
    package.path = "usr/bin/app";
    report.packages.push_back(std::move(package));
    Finding finding;
    finding.id = "CVE-2024-1";
    finding.aliases = {"GHSA-aaaa-bbbb-cccc"};
    finding.package = report.packages.size() - 1;
    report.findings.push_back(std::move(finding));
  };
  add("apk", "alpine", "libssl3", "3.0.8-r3");
  add("golang", "github.com/org", "app", "v1.0.0");
  add("npm", "", "left-pad", "1.3.0");
  return report;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace advisory = portique::advisory;
  static const portique::model::Report kReport = sample_report();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto documents = advisory::parse_vex("fuzz", text, {});
  if (!documents) return 0;
  for (const advisory::VexDocument& document : *documents)
    for (const advisory::VexStatement& statement : document.statements) {
      if (statement.vulnerabilities.empty() || statement.text.size() > 1010) std::abort();
      if (!portique::base::is_utf8(statement.text)) std::abort();
    }
  advisory::VexMatcher matcher(*documents, kReport);
  for (const portique::model::Finding& finding : kReport.findings) {
    const auto match = matcher.find(finding);
    if ((match.document == nullptr) != (match.statement == nullptr)) std::abort();
  }
  return 0;
}
