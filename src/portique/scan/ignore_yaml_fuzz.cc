// Any text is refused or gives rules that can be asked about any finding.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "portique/scan/ignore_yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace model = portique::model;
  namespace scan = portique::scan;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = scan::parse_ignore_yaml("ignore.yaml", text, {});
  if (!file) return 0;
  model::Report report;
  report.distro.id = "alpine";
  report.packages.push_back({.type = "npm", .name = "lodash", .path = "app/package.json"});
  model::Finding finding;
  finding.id = "CVE-2020-1";
  finding.package = 0;
  report.findings.push_back(std::move(finding));
  scan::apply_ignore_file(*file, report, {});
  for (const scan::IgnoreEntry& entry : file->entries)
    if (entry.line == 0 || (entry.id.empty() && entry.conditions.empty())) std::abort();
  return 0;
}
