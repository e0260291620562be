#pragma once

// The policies that come with the program: rules/policies/, built in.

#include <optional>
#include <span>
#include <string_view>

namespace portique::policy {

struct ReadyPolicy {
  std::string_view name; ///< "baseline"
  std::string_view text;
};

std::span<const ReadyPolicy> ready_policies();
std::optional<ReadyPolicy> find_ready_policy(std::string_view name);

} // namespace portique::policy
