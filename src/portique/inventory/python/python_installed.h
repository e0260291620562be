#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// A Python package by its metadata on the disk: what pip, distributions and setuptools leave.
/// Metadata that name no package are an issue.
Analysis analyze_python_installed(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 4> kPythonInstalledEndings{
    "*.dist-info/METADATA",
    "*.egg-info/PKG-INFO",
    "EGG-INFO/PKG-INFO",
    "*.egg-info",
};

inline constexpr Cataloger kPythonInstalled{
    .id = "python-installed",
    .version = 1,
    .files = "`*.dist-info/METADATA`, `*.egg-info/PKG-INFO`, `*.egg-info`, `EGG-INFO/PKG-INFO`",
    .gives = "Python packages with licences and the names of their dependencies",
    .locations = {},
    .endings = kPythonInstalledEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_python_installed,
};

} // namespace portique::inventory
