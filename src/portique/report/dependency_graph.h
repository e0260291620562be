#pragma once

// Which package needs which, from the names that packages give.

#include <cstddef>
#include <span>
#include <vector>

#include "portique/model/package.h"

namespace portique::report {

/// For each package the indices of those that it needs, sorted, each once; a name that no package
/// of the same type has is left out. Where several packages fit, the one from the same file counts,
/// then the one of the same architecture.
std::vector<std::vector<std::size_t>> dependency_graph(std::span<const model::Package> packages);

} // namespace portique::report
