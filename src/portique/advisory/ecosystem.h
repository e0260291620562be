#pragma once

// Which advisories speak about which distribution: from os-release to OSV's ecosystem strings.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/time.h"
#include "portique/model/distro.h"

namespace portique::advisory {

/// By which name the advisories of an ecosystem list packages.
enum class NameKind : std::uint8_t { Source, Binary, SourceAndBinary };

/// What OSV calls a distribution's release.
struct DistroEcosystem {
  /// Without release: "Debian", "Red Hat", "AlmaLinux".
  std::string base;
  NameKind names = NameKind::Source;
  /// Ecosystem strings whose advisories count: "Debian:12". One that ends in '*' stands for all
  /// that begin like it ("Red Hat:enterprise_linux:9::*").
  std::vector<std::string> releases;
  /// Like `releases`, but only for packages that come from the extended support:
  /// "Ubuntu:Pro:18.04:LTS" speaks about versions with "esm" in them.
  std::vector<std::string> extended;
};

/// Nothing if OSV has no ecosystem for the distribution.
std::optional<DistroEcosystem> ecosystem_of(const model::Distro& distro);

/// Whether an ecosystem string is one of a list of releases.
bool names_release(const std::vector<std::string>& releases, std::string_view ecosystem);

/// When the distribution's regular support of this release ends or ended (support by volunteers or
/// for pay not counted); nothing if unknown.
std::optional<base::Time> end_of_life(const model::Distro& distro);

} // namespace portique::advisory
