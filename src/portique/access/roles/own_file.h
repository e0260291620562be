#pragma once

// Files that say what counts: nobody but root and this process's own user may have written them.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "portique/base/result.h"

struct stat;

namespace portique::access {

/// Whether only root and this process's user could have written what `found` is about.
bool is_ours(const struct stat& found);

/// The text of such a file; nothing if there is none. A link, or a file that others could have
/// written, is an error.
base::Result<std::optional<std::string>> read_own_file(const std::filesystem::path& file,
                                                       std::uint64_t limit);

} // namespace portique::access
