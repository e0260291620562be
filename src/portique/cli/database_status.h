#pragma once

#include <filesystem>
#include <string>

#include "portique/base/time.h"
#include "portique/model/report.h"

namespace portique::cli {

/// What `portique db status` prints: for people, and as JSON.
std::string
status_table(const model::DatabaseInfo& info, const std::filesystem::path& file, base::Time now);
std::string
status_json(const model::DatabaseInfo& info, const std::filesystem::path& file, base::Time now);

} // namespace portique::cli
