#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// A rockspec of a source tree: the dependencies that are pinned to one version.
Analysis analyze_rockspec(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kRockspecEndings{"*.rockspec"};

inline constexpr Cataloger kRockspec{
    .id = "rockspec",
    .version = 1,
    .files = "`*.rockspec`",
    .gives = "rocks with scope, that are pinned to a version",
    .locations = {},
    .endings = kRockspecEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_rockspec,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
