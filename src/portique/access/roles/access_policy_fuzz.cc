// Any text as access.yaml: it is refused with places, or it loads and decides, and what it decides
// about somebody that it binds to nothing is a denial.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "portique/access/roles/decide.h"

namespace gate = portique::access;
namespace base = portique::base;
namespace policy = portique::policy;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  // Files on disk are not for a fuzz target to open.
  if (text.find("include") != std::string::npos || text.find("constraints") != std::string::npos)
    return 0;
  const base::Time now{std::chrono::days(20'000)};
  const bool binds = text.find("bindings") != std::string::npos;
  const auto loaded =
      gate::AccessPolicy::load_text("fuzz.yaml", std::move(text), base::Limits(), now);
  for (const policy::Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.text().empty()) std::abort();
  if ((loaded.policy != nullptr) != (loaded.count(policy::Level::Error) == 0)) std::abort();
  if (!loaded.policy) return 0;
  gate::Identity alice;
  alice.user = "alice";
  alice.groups = {"dev"};
  alice.proof = gate::Proof::Certificate;
  gate::Resource web{.kind = "container", .names = {"web"}, .exists = true, .owner = "bob"};
  gate::WorkloadFacts workload;
  workload.images = {"nginx"};
  workload.host_paths = {"/etc"};
  const gate::RequestView request{.gate = "guard",
                                  .caller = &alice,
                                  .action = "containers.create",
                                  .resource = &web,
                                  .workload = &workload,
                                  .now = now};
  const gate::Decision decision = gate::decide(*loaded.policy, request);
  if (decision.reason.empty() || decision.policy.empty()) std::abort();
  if (decision.allow && (!binds || decision.role.empty())) std::abort();
  // A caller without proof is nobody, unless the engine's own socket is bound.
  const gate::Identity nobody;
  gate::RequestView unknown = request;
  unknown.caller = &nobody;
  if (gate::decide(*loaded.policy, unknown).allow && !binds) std::abort();
  return 0;
}
