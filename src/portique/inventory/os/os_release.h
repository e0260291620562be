#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// os-release(5): which distribution this is. Lines that are no assignment are issues. A file that
/// says none of the things we ask for gives no distribution.
Analysis analyze_os_release(const FileContent& file, const base::Limits& limits);

/// One assignment of os-release's syntax, a line without its end: KEY=value, where the value is
/// quoted as a shell would have it (variables are not expanded).
struct ShellAssignment {
  std::string_view key;
  std::string value;
};

/// Code::Malformed if the line is no assignment or a quote is not closed.
base::Result<ShellAssignment> parse_shell_assignment(std::string_view line);

inline constexpr std::array<std::string_view, 2> kOsReleaseLocations{
    "etc/os-release",
    "usr/lib/os-release",
};
// Fedora keeps the file that the links lead to in a folder of variants.
inline constexpr std::array<std::string_view, 2> kOsReleaseEndings{
    "os-release",
    "os.release.d/*",
};

inline constexpr Cataloger kOsRelease{
    .id = "os-release",
    .version = 1,
    .files = "`etc/os-release`, `usr/lib/os-release`",
    .gives = "the distribution",
    .locations = kOsReleaseLocations,
    .endings = kOsReleaseEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_os_release,
};

} // namespace portique::inventory
