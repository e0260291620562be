#pragma once

#include <string>

#include "portique/model/package.h"

namespace portique::model {

/// The name under which the package's ecosystem lists it, and by which people ask for it: npm
/// scopes and Go, Composer and other namespaces with a slash, Maven's group:artifact. The bare name
/// of an OS package, whose namespace is its distribution.
std::string name_in_ecosystem(const Package& package);

} // namespace portique::model
