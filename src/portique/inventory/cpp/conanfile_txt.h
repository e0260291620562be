#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// conanfile.txt: what is asked for in one version; ranges are left out.
Analysis analyze_conanfile_txt(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kConanfileTxtEndings{"conanfile.txt"};

inline constexpr Cataloger kConanfileTxt{
    .id = "conanfile-txt",
    .version = 1,
    .files = "`conanfile.txt`",
    .gives = "Conan packages with scope, that are pinned to a version",
    .locations = {},
    .endings = kConanfileTxtEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_conanfile_txt,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
