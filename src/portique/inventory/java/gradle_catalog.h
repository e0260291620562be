#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Gradle's version catalogue: the libraries that it names with one version. Which of them a
/// project uses, and for what, its build scripts tell, which are programs.
Analysis analyze_gradle_catalog(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kGradleCatalogEndings{"gradle/libs.versions.toml"};

inline constexpr Cataloger kGradleCatalog{
    .id = "gradle-catalog",
    .version = 1,
    .files = "`gradle/libs.versions.toml`",
    .gives = "Maven packages, whose version the file tells",
    .locations = {},
    .endings = kGradleCatalogEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_gradle_catalog,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
