#pragma once

// "name/version@user/channel#revision%timestamp", what Conan calls a reference:
// https://docs.conan.io/2/reference/conanfile/methods/requirements.html

#include <optional>
#include <string_view>

#include "portique/model/package.h"

namespace portique::inventory {

/// The package that a reference names, with user and channel in its purl; nothing if it is none or
/// asks for a range of versions.
std::optional<model::Package> conan_package(std::string_view reference);

} // namespace portique::inventory
