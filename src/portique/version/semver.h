#pragma once

#include <compare>
#include <string_view>

namespace portique::version {

/// SemVer 2.0.0, read leniently as OSV demands: a leading 'v' or '=' is ignored, missing numbers
/// are 0, more than three numbers are compared on. Build metadata does not count.
std::strong_ordering compare_semver(std::string_view a, std::string_view b);
bool valid_semver(std::string_view version);

/// Go's module versions and the toolchain's: "v1.2.3", "v0.0.0-20200101000000-abcdef123456",
/// "v2.0.0+incompatible", "go1.22.6", "1.22rc1".
std::strong_ordering compare_go(std::string_view a, std::string_view b);
bool valid_go(std::string_view version);

/// Dart's pub: SemVer, and of two that are the same but for build metadata the one without it, then
/// the one whose metadata is lower, comes first.
std::strong_ordering compare_pub(std::string_view a, std::string_view b);
bool valid_pub(std::string_view version);

/// NuGetVersion: up to four numbers, pre-release labels without regard to case.
std::strong_ordering compare_nuget(std::string_view a, std::string_view b);
bool valid_nuget(std::string_view version);

} // namespace portique::version
