#pragma once

#include <string>
#include <string_view>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/go/build_info.h"
#include "portique/model/package.h"

namespace portique::inventory {

/// A package of a Go module: everything before the last slash of its path is the namespace.
model::Package go_package(std::string_view module_path, std::string_view version);

/// The package of what was built for a dependency: the replacement if it has one that is a module.
model::Package go_package_of(const GoDependency& dependency);

/// "h1:BASE64" of go.sum as "sha256:HEX"; "" if it is anything else.
std::string hash_of_go_sum(std::string_view sum);

/// A version that the linker was told to write into a variable of the main package or of the main
/// module ("-X main.version=1.2.3"), as Go writes versions ("v1.2.3"); "" if there is none.
std::string version_of_linker_flags(std::string_view flags, std::string_view main_module);

/// The packages that a Go program is made of: its main module, which depends on all others, the
/// other modules as they were built, and the standard library.
void add_go_packages(const GoBuildInfo& info, Analysis& analysis);

} // namespace portique::inventory
