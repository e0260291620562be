// Any text is refused or checked, and what is found lies in it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "portique/inspect/config_files/check_files.h"
#include "portique/inspect/config_files/rules.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace inspect = portique::inspect;
  portique::base::Limits limits;
  limits.yaml_nodes = 20'000;
  limits.config_findings = 2000;
  const inspect::ConfigFile file{"daemon.json",
                                 std::string(reinterpret_cast<const char*>(data), size)};
  const auto found =
      inspect::check_config_files(std::span(&file, 1), {.now = {}, .limits = limits});
  const inspect::SourceTextView source(file.content);
  for (const inspect::Hit& hit : found.hits) {
    const inspect::Rule* rule = inspect::find_rule(hit.rule);
    if (rule == nullptr || hit.lines.first == 0 || hit.lines.last < hit.lines.first) std::abort();
    if (inspect::make_finding(*rule, hit, source, hit.secrets).fingerprint.empty()) std::abort();
  }
  return 0;
}
