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

struct DistroEcosystem {
  /// Without release: "Debian", "Red Hat", "AlmaLinux".
  std::string base;
  /// The full strings whose advisories count: {"Debian:12"}, {"Wolfi"}; Ubuntu Pro and RHEL module
  /// streams are told by the matcher.
  std::vector<std::string> releases;
  NameKind names = NameKind::Source;
};

/// Nothing if OSV has no ecosystem for the distribution.
std::optional<DistroEcosystem> ecosystem_of(const model::Distro& distro);

/// When the distribution's regular support of this release ends or ended (LTS by volunteers or for
/// pay not counted); nothing if unknown.
std::optional<base::Time> end_of_life(const model::Distro& distro);

} // namespace portique::advisory
