#include "portique/cli/policy_flags.h"

#include <cstdio>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/policy/ready_policies.h"

namespace portique::cli {

namespace {

constexpr const char* kSystemPolicy = "/etc/portique/portique.yaml";
constexpr const char* kLocalPolicy = "portique.yaml";

} // namespace

void add_policy_flag(CLI::App& command, PolicyFlags& flags) {
  command
      .add_option("--policy",
                  flags.policy,
                  "Judge by this policy: a file, baseline, strict or audit-only, or none (default: "
                  "portique.yaml here, then in /etc/portique)")
      ->envname("PORTIQUE_POLICY")
      ->type_name("FILE|NAME");
}

base::Result<policy::LoadedPolicy>
loaded_policy(const std::string& name, const base::Limits& limits, base::Time now) {
  policy::LoadedPolicy loaded = policy::load_policy(name, limits, now);
  if (loaded.policy) return loaded;
  for (const policy::Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.level == policy::Level::Error)
      std::fputs((diagnostic.text() + '\n').c_str(), stderr);
  const std::size_t errors = loaded.count(policy::Level::Error);
  return base::fail(base::Code::Malformed,
                    fmt::format("the policy '{}' has {} error{}; nothing was judged by it",
                                base::printable(name),
                                errors,
                                errors == 1 ? "" : "s"));
}

void note_expired(const policy::LoadedPolicy& policy, model::Report& report) {
  for (const policy::Diagnostic& diagnostic : policy.diagnostics)
    if (diagnostic.expired) report.notes.push_back(diagnostic.headline());
}

base::Result<std::optional<policy::LoadedPolicy>>
chosen_policy(const PolicyFlags& flags, const base::Limits& limits, base::Time now, bool quiet) {
  if (flags.policy == "none") return std::nullopt;
  if (!flags.policy.empty()) return PQ_TRY(loaded_policy(flags.policy, limits, now));
  for (const char* path : {kLocalPolicy, kSystemPolicy}) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) continue;
    if (!quiet) std::fputs(fmt::format("portique: judging by {}\n", path).c_str(), stderr);
    return PQ_TRY(loaded_policy(path, limits, now));
  }
  return std::nullopt;
}

} // namespace portique::cli
