#pragma once

// What is said of an R package, by the file in its folder or by a lock file.

#include <string_view>

#include "portique/model/package.h"

namespace portique::inventory {

/// "a", "a (>= 1.0), b": appends the names, without R itself.
void add_r_dependencies(std::string_view field, model::Package& package);

/// The purl type of a package: "bioconductor" where the repository or the package's own views say
/// so, else "cran". Both have their names from one space.
std::string_view r_package_type(bool is_of_bioconductor);

} // namespace portique::inventory
