#pragma once

// A Compose project against all checks of its kind.

#include <string_view>
#include <vector>

#include "portique/inspect/compose/project.h"
#include "portique/inspect/config_files/hit.h"

namespace portique::inspect::compose {

void run_checks(const Project& project, Hits& hits);

std::vector<std::string_view> check_ids();

} // namespace portique::inspect::compose
