#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// A Python package in a zip archive: an egg, which Python runs from as it is, or a wheel, which
/// waits to be installed (as those of pip do in the standard library's ensurepip). An archive
/// without metadata is an issue.
Analysis analyze_python_archive(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 2> kPythonArchiveEndings{"*.egg", "*.whl"};

inline constexpr Cataloger kPythonArchive{
    .id = "python-archive",
    .version = 1,
    .files = "`*.whl`, `*.egg`",
    .gives = "Python packages that are not unpacked",
    .locations = {},
    .endings = kPythonArchiveEndings,
    .size_limit = &base::Limits::binary_database_bytes,
    .analyze = analyze_python_archive,
};

} // namespace portique::inventory
