#pragma once

// The roles and sets of constraints that come with the program: rules/access/, built in.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace portique::access {

enum class ReadyAccessKind : std::uint8_t { Role, Constraints };

struct ReadyAccess {
  std::string_view name; ///< "developer", "baseline"
  ReadyAccessKind kind = ReadyAccessKind::Role;
  std::string_view text;
};

std::span<const ReadyAccess> ready_access();
std::optional<ReadyAccess> find_ready_access(ReadyAccessKind kind, std::string_view name);

} // namespace portique::access
