#pragma once

// The version orders that package ecosystems use, and which ecosystem uses which.

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "portique/base/result.h"

namespace portique::version {

enum class Scheme : std::uint8_t {
  Dpkg,      ///< deb-version(7)
  Rpm,       ///< rpmvercmp with epoch, tilde and caret
  Apk,       ///< apk-tools' version.c
  Semver,    ///< semver.org 2.0.0, lenient as OSV demands (missing parts are 0)
  Pep440,    ///< PyPI, with the order of legacy versions below all others
  Maven,     ///< Maven's ComparableVersion
  RubyGems,  ///< Gem::Version
  NuGet,     ///< NuGetVersion: four parts, case-insensitive pre-releases
  Packagist, ///< PHP's version_compare as Composer normalises for it
  Go,        ///< SemVer with v prefix, +incompatible and pseudo-versions
  Cran,      ///< R's package_version
  Hackage,   ///< Haskell PVP
  Pub,       ///< SemVer with ordered build metadata
  Conan,     ///< Conan's Version: any text, "1.1.1k" among it
};

struct SchemeInfo {
  Scheme scheme;
  std::string_view name; ///< for messages: "dpkg", "SemVer"
  /// Order of two versions; both must be valid. Does not allocate for usual input.
  std::strong_ordering (*compare)(std::string_view a, std::string_view b);
  /// Whether the text is a version of this scheme at all.
  bool (*valid)(std::string_view version);
};

/// Every scheme, in the order of the enumeration.
std::span<const SchemeInfo> schemes();
const SchemeInfo& scheme_info(Scheme scheme);

/// By OSV ecosystem name, with or without release ("Debian", "Debian:12", "npm"); case matters.
std::optional<Scheme> scheme_of_ecosystem(std::string_view ecosystem);

/// Every ecosystem name known, without release, sorted.
std::span<const std::string_view> ecosystem_names();

/// Order of two versions, or Code::Malformed that names the one that is no version. Python's
/// versions from before PEP 440 have an order, though they are not valid.
base::Result<std::strong_ordering> compare(Scheme scheme, std::string_view a, std::string_view b);

} // namespace portique::version
