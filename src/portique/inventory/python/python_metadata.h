#pragma once

// Core metadata of Python packages: METADATA of dist-info folders and wheels, PKG-INFO of egg-info
// folders and eggs.

#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Adds the package that the metadata describe, with licences and the names of its dependencies.
/// Where they name none, it is an issue, and the name of their folder or file ("Flask-2.0.0",
/// without what follows) has to do; "" if it says nothing.
void add_python_package(std::string_view metadata,
                        std::string_view path,
                        std::string_view folder_name,
                        Analysis& analysis);

/// "Flask-2.0.0" of "Flask-2.0.0.dist-info", "Flask-2.0.0-py3.11.egg-info", "Flask-2.0.0-py3.egg"
/// and "Flask-2.0.0-py3-none-any.whl"; "" if there is no version in it.
std::string_view python_folder_name(std::string_view component);

} // namespace portique::inventory
