#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// A Debian copyright file: one LicenceFact for the package whose documentation folder it lies in,
/// licences sorted, each once. Short names of machine-readable files as written ("GPL-2+ or MIT"),
/// else the common licences that the prose refers to ("GPL-2"). Nothing if there are none of both.
/// A file that is no text, or names more licences than anybody has, is an issue.
Analysis analyze_deb_copyright(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kDebCopyrightLocations{
    "usr/share/doc/*/copyright",
};
inline constexpr std::array<std::string_view, 1> kDebCopyrightEndings{"doc/*/copyright"};

inline constexpr Cataloger kDebCopyright{
    .id = "deb-copyright",
    .version = 1,
    .files = "`usr/share/doc/*/copyright`",
    .gives = "licences of deb packages",
    .locations = kDebCopyrightLocations,
    .endings = kDebCopyrightEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_deb_copyright,
};

} // namespace portique::inventory
