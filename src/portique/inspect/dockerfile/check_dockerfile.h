#pragma once

// A Dockerfile against all checks of its kind.

#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inspect/config_files/hit.h"
#include "portique/inspect/dockerfile/dockerfile.h"

namespace portique::inspect::dockerfile {

void run_checks(const Dockerfile& file, Hits& hits);

std::vector<std::string_view> check_ids();

/// The lines of the instruction that holds a line; the line itself if none does.
model::LineRange instruction_lines(const Dockerfile& file, std::uint32_t line);

} // namespace portique::inspect::dockerfile
