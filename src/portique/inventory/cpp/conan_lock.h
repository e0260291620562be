#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// conan.lock of Conan 1 and 2. What is needed to build only is for development.
Analysis analyze_conan_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kConanLockEndings{"conan.lock"};

inline constexpr Cataloger kConanLock{
    .id = "conan-lock",
    .version = 1,
    .files = "`conan.lock` (v1, v2)",
    .gives = "Conan packages with scope; of Conan 1 with dependencies",
    .locations = {},
    .endings = kConanLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_conan_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
