#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// An installed conda package: its name, version, licence, dependencies, and the platform that it
/// was built for as its architecture.
Analysis analyze_conda_meta(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kCondaMetaEndings{"conda-meta/*.json"};

inline constexpr Cataloger kCondaMeta{
    .id = "conda-meta",
    .version = 1,
    .files = "`conda-meta/*.json`",
    .gives = "conda packages with licences, hashes and the names of their dependencies",
    .locations = {},
    .endings = kCondaMetaEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_conda_meta,
};

} // namespace portique::inventory
