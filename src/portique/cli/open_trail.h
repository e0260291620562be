#pragma once

#include <memory>
#include <string>
#include <vector>

#include "portique/access/audit/file_trail.h"
#include "portique/base/result.h"

namespace portique::cli {

/// Where gates write and `portique audit` reads unless told otherwise.
inline constexpr const char* kDefaultTrail = "/var/lib/portique/audit";

/// The trail in a folder, with secrets masked in every line; `exports` as `--export` takes them.
base::Result<std::unique_ptr<access::FileTrail>>
open_trail(const std::string& folder, const std::vector<std::string>& exports = {});

} // namespace portique::cli
