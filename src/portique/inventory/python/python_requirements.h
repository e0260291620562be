#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// pip's requirements: what is pinned to one version ("==", "==="), with its hashes. Ranges and
/// names alone say no version and are left out, as are addresses, folders and other files that are
/// referred to (those are read as files of their own if their name tells what they are).
/// Environment markers do not matter: another machine may be meant. What pip would not take is an
/// issue.
Analysis analyze_python_requirements(const FileContent& file, const base::Limits& limits);

/// The list that pip and setuptools keep of the packages whose code they bring along in _vendor.
Analysis analyze_python_vendored(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 3> kPythonRequirementsEndings{
    "requirements*.txt",
    "*requirements.txt",
    "requirements/*.txt",
};

inline constexpr Cataloger kPythonRequirements{
    .id = "python-requirements",
    .version = 1,
    .files = "`requirements*.txt`, `*requirements.txt`, `requirements/*.txt`",
    .gives = "Python packages that are pinned to a version, with hashes",
    .locations = {},
    .endings = kPythonRequirementsEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_python_requirements,
    .evidence = Evidence::Declared,
};

inline constexpr std::array<std::string_view, 2> kPythonVendoredEndings{
    "_vendor/vendor.txt",
    "_vendor/vendored.txt",
};

inline constexpr Cataloger kPythonVendored{
    .id = "python-vendored",
    .version = 1,
    .files = "`_vendor/vendor.txt`, `_vendor/vendored.txt` (pip, setuptools)",
    .gives = "Python packages that are copied into another one",
    .locations = {},
    .endings = kPythonVendoredEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_python_vendored,
};

} // namespace portique::inventory
