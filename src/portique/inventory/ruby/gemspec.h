#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// The specification that RubyGems writes of each gem that it installs. It is a program; RubyGems
/// writes it in one way, of which the first comment line ("# stub: NAME VERSION PLATFORM PATHS"),
/// plain assignments and dependencies are read. One in which name or version are computed is an
/// issue.
Analysis analyze_gemspec(const FileContent& file, const base::Limits& limits);

/// Not those that gems carry in their own folder: they say nothing about what is installed.
inline constexpr std::array<std::string_view, 2> kGemspecEndings{
    "specifications/*.gemspec",
    "specifications/default/*.gemspec",
};

inline constexpr Cataloger kGemspec{
    .id = "gemspec",
    .version = 1,
    .files = "`specifications/*.gemspec`, `specifications/default/*.gemspec`",
    .gives = "installed gems with licences and dependencies",
    .locations = {},
    .endings = kGemspecEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_gemspec,
};

} // namespace portique::inventory
