#pragma once

// What the fuzz targets for both forms of policy files ask.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "portique/policy/explain.h"
#include "portique/policy/judge_report.h"

namespace portique::policy {

/// Any text is refused with places, or it loads, passes lint and decides about a report, about a
/// configuration file and about its own examples.
inline int fuzz_policy(std::string_view name, const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  // Files on disk are not for a fuzz target to open.
  if (text.find("include") != std::string::npos) return 0;
  const base::Time now{std::chrono::days(20'000)};
  const LoadedPolicy loaded =
      load_policy_text(std::string(name), std::move(text), base::Limits(), now);
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.text().empty()) std::abort();
  if (loaded.policy.has_value() != (loaded.count(Level::Error) == 0)) std::abort();
  if (!loaded.policy) return 0;
  lint(*loaded.policy);
  test_examples(*loaded.policy);
  model::Report report;
  report.findings.resize(1);
  report.packages.resize(1);
  report.findings.front().package = 0;
  report.findings.front().path = "a";
  report.findings.front().lines = {1, 1};
  report.subject.image.config = model::ImageConfig();
  judge_report(*loaded.policy, report, now);
  const std::vector<model::ConfigFile> files{
      {"a", "compose", {{"service", "a", "", {1, 2}, R"({"image":"x","ports":[1,"2"]})"}}}};
  judge_config(*loaded.policy, report, files, now);
  explain_input(
      *loaded.policy, Domain::Event, {{"proc.name", "a"}, {"evt.type", "b"}}, std::nullopt);
  return 0;
}

} // namespace portique::policy
