// Any text as a Falco rule file: it is refused with places, or it loads, passes lint
// and decides about a report and about its own examples.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "portique/policy/explain.h"
#include "portique/policy/judge_report.h"

namespace base = portique::base;
namespace model = portique::model;
namespace policy = portique::policy;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  // Files on disk are not for a fuzz target to open.
  if (text.find("include") != std::string::npos) return 0;
  const base::Time now{std::chrono::days(20'000)};
  const auto loaded = policy::load_policy_text("falco.yaml", std::move(text), base::Limits(), now);
  for (const policy::Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.text().empty()) std::abort();
  if (loaded.policy.has_value() != (loaded.count(policy::Level::Error) == 0)) std::abort();
  if (!loaded.policy) return 0;
  policy::lint(*loaded.policy);
  policy::test_examples(*loaded.policy);
  model::Report report;
  report.findings.resize(1);
  report.packages.resize(1);
  report.findings.front().package = 0;
  report.subject.image.config = model::ImageConfig();
  policy::judge_report(*loaded.policy, report, now);
  policy::explain_input(
      *loaded.policy, policy::Domain::Event, {{"proc.name", "a"}, {"evt.type", "b"}}, std::nullopt);
  return 0;
}
