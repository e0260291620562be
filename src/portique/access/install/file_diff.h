#pragma once

#include <optional>
#include <string>

namespace portique::access {

/// A unified diff of two texts, with three lines around each change; nothing on a side means that
/// the file is not there. "" if both are equal.
std::string unified_diff(const std::string& path,
                         const std::optional<std::string>& before,
                         const std::optional<std::string>& after);

} // namespace portique::access
