#pragma once

// What every fuzz target for a kind of configuration file asks of its checks.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "portique/base/json.h"
#include "portique/inspect/config_files/check_files.h"
#include "portique/inspect/config_files/rules.h"

namespace portique::inspect {

/// Any text of a file of that name is refused or checked, and what is found lies in it.
inline int fuzz_config_file(std::string_view name, const std::uint8_t* data, std::size_t size) {
  base::Limits limits;
  limits.yaml_nodes = 20'000;
  limits.config_findings = 2000;
  const ConfigFile file{std::string(name), std::string(reinterpret_cast<const char*>(data), size)};
  const ConfigFindings found =
      check_config_files(std::span(&file, 1), {.now = {}, .limits = limits, .resources = true});
  const SourceTextView source(file.content);
  for (const Hit& hit : found.hits) {
    const Rule* rule = find_rule(hit.rule);
    if (rule == nullptr || hit.lines.first == 0 || hit.lines.last < hit.lines.first ||
        hit.lines.first > source.line_count() + 1)
      std::abort();
    if (make_finding(*rule, hit, source, hit.secrets).fingerprint.empty()) std::abort();
  }
  for (const CheckedFile& checked : found.files)
    for (const model::ConfigResource& resource : checked.resources)
      if (resource.lines.first == 0 || resource.lines.last < resource.lines.first ||
          !base::parse_json(resource.body))
        std::abort();
  return 0;
}

} // namespace portique::inspect
