#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/cpp/conan_lock.h"
#include "portique/inventory/cpp/conanfile_txt.h"

namespace portique::inventory {

inline constexpr std::array kCppCatalogers{
    kConanLock,
    kConanfileTxt,
};

} // namespace portique::inventory
