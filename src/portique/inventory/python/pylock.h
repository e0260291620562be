#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// pylock.toml, the lock file of all tools. A marker that asks for a dependency group makes a
/// package one for development, one that asks for an extra an optional one. Folders, and
/// repositories without a version, are left out.
Analysis analyze_pylock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 2> kPylockEndings{"pylock.toml", "pylock.*.toml"};

inline constexpr Cataloger kPylock{
    .id = "pylock",
    .version = 1,
    .files = "`pylock.toml`, `pylock.*.toml`",
    .gives = "Python packages with scope, hashes and dependencies",
    .locations = {},
    .endings = kPylockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_pylock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
