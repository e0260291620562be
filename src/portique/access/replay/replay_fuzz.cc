// Any text as a line of a trail that is judged again: it is no recorded request, or a policy
// decides about it, or says what it does not know.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "portique/access/replay/replay.h"
#include "portique/base/json.h"

namespace gate = portique::access;
namespace base = portique::base;

namespace {

const gate::AccessPolicy& policy() {
  static const auto kLoaded = gate::AccessPolicy::load_text(
      "fuzz.yaml",
      "version: 1\n"
      "constraints: [strict]\n"
      "bindings: {developer: {users: [alice], groups: [dev]}, admin: {users: [root]}}\n"
      "rules:\n"
      "  - name: memory\n"
      "    on: request\n"
      "    deny: request.body.HostConfig.Memory > 5\n"
      "    message: too much\n",
      base::Limits(),
      base::Time(std::chrono::days(20'000)));
  if (!kLoaded.policy) std::abort();
  return *kLoaded.policy;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = base::parse_json(text);
  if (!value) return 0;
  const auto* line = base::json_object(&*value);
  if (line == nullptr) return 0;
  const auto recorded = gate::RecordedRequest::parse(*line);
  if (!recorded) return 0;
  const gate::Decision decision = gate::replay_request(policy(), **recorded);
  if (decision.reason.empty() && decision.needs.empty()) std::abort();
  if (decision.allow && decision.role.empty()) std::abort();
  return 0;
}
