#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Java archives and the archives inside them, within budgets of limits.h. Every pom.properties is
/// a package, also those of what was shaded into an archive; an archive in which none is its own is
/// named by its file name and manifest. The archive's own package bears its SHA-1. Licences and
/// dependencies come from the pom.xml beside.
Analysis analyze_java_archive(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 12> kJavaArchiveEndings{
    "*.jar",
    "*.war",
    "*.ear",
    "*.par",
    "*.jpi",
    "*.hpi",
    "*.sar",
    "*.nar",
    "*.kar",
    "*.lpkg",
    "*.rar",
    "*.far",
};

inline constexpr Cataloger kJavaArchive{
    .id = "java-archive",
    .version = 1,
    .files = "`*.jar`, `*.war`, `*.ear`, `*.par`, `*.jpi`, `*.hpi`, `*.sar`, `*.nar`, `*.kar`, "
             "`*.lpkg`, `*.rar`, `*.far`, and those inside them",
    .gives = "Maven packages: of each `pom.properties`, else by manifest and file name",
    .locations = {},
    .endings = kJavaArchiveEndings,
    .size_limit = &base::Limits::archive_bytes,
    .analyze = analyze_java_archive,
};

} // namespace portique::inventory
