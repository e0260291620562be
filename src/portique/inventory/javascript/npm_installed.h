#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// A package below node_modules, by its package.json, however deep and by whatever tool it was put
/// there (npm, yarn, pnpm's and bun's stores): what lies at node_modules/NAME or
/// node_modules/@SCOPE/NAME. Any other package.json is a source tree's or a part of a package and
/// gives nothing. A package without a version, which no advisory can be held against, is an issue
/// if Node.js finds it from outside of another package's own folders.
Analysis analyze_npm_installed(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kNpmInstalledEndings{"package.json"};

inline constexpr Cataloger kNpmInstalled{
    .id = "npm-installed",
    .version = 1,
    .files = "`package.json` of packages in `node_modules`, also nested, of pnpm's, bun's and "
             "yarn's stores",
    .gives = "npm packages with licences and the names of their dependencies",
    .locations = {},
    .endings = kNpmInstalledEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_npm_installed,
};

} // namespace portique::inventory
