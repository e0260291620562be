#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "portique/policy/policy.h"

namespace portique::policy {

/// The day on which tests load policies.
inline constexpr base::Time kToday{std::chrono::sys_days{std::chrono::year{2026} / 6 / 1}};

inline LoadedPolicy load_text(std::string text) {
  return load_policy_text("test.yaml", std::move(text), base::Limits(), kToday);
}

/// Headlines of a level.
inline std::vector<std::string> told(const LoadedPolicy& loaded, Level level) {
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.level == level) lines.push_back(diagnostic.headline());
  return lines;
}

} // namespace portique::policy
