#pragma once

// What the caches keep: one file an entry, named by its key. Several processes may use one folder
// at a time. Nothing in it is needed: a file that is missing or damaged counts as absent.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "portique/base/result.h"

namespace portique::scan {

std::optional<std::string> load_cache_file(const std::filesystem::path& folder,
                                           std::string_view key);

base::Result<void> store_cache_file(const std::filesystem::path& folder,
                                    std::string_view key,
                                    const std::string& content);

} // namespace portique::scan
