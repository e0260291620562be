#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// environment.yml of conda: the packages that it asks for in one version ("name=1.0", "name==1.0",
/// "name=1.0=build"), and those that pip is to install. Ranges are left out, as in requirements. A
/// file without a list of dependencies is somebody else's and gives nothing.
Analysis analyze_conda_environment(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 2> kCondaEnvironmentEndings{
    "environment.yml",
    "environment.yaml",
};

inline constexpr Cataloger kCondaEnvironment{
    .id = "conda-environment",
    .version = 1,
    .files = "`environment.yml`, `environment.yaml`",
    .gives = "conda and Python packages that are pinned to a version",
    .locations = {},
    .endings = kCondaEnvironmentEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_conda_environment,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
