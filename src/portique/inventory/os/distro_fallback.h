#pragma once

#include <array>
#include <span>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// What distributions say about themselves outside os-release: images from before 2012, and those
/// that leave os-release out. A file that does not look like its kind is an issue.
Analysis analyze_distro_fallback(const FileContent& file, const base::Limits& limits);

/// The one distribution of an image, from what os-release and the fallback files say: os-release
/// before every fallback, then the order of the locations in the two tables. The first that names a
/// distribution wins whole, nothing is mixed. The default Distro if nobody knows.
model::Distro merge_distro(std::span<const model::Distro> candidates);

// The more particular first: CentOS and its kin call themselves Red Hat in redhat-release, Ubuntu
// and others keep Debian's debian_version.
inline constexpr std::array<std::string_view, 16> kDistroFallbackLocations{
    "etc/alpine-release",
    "etc/centos-release",
    "etc/almalinux-release",
    "etc/rocky-release",
    "etc/oracle-release",
    "etc/fedora-release",
    "etc/photon-release",
    "etc/mageia-release",
    "etc/openEuler-release",
    "etc/SuSE-release",
    "etc/redhat-release",
    "etc/system-release",
    "etc/lsb-release",
    "etc/arch-release",
    "etc/debian_version",
    "usr/lib/fedora-release",
};
inline constexpr std::array<std::string_view, 15> kDistroFallbackEndings{
    "alpine-release",
    "centos-release",
    "almalinux-release",
    "rocky-release",
    "oracle-release",
    "fedora-release",
    "photon-release",
    "mageia-release",
    "openEuler-release",
    "SuSE-release",
    "redhat-release",
    "system-release",
    "lsb-release",
    "arch-release",
    "debian_version",
};

inline constexpr Cataloger kDistroFallback{
    .id = "distro-fallback",
    .version = 1,
    .files = "`etc/alpine-release`, `etc/debian_version`, `etc/lsb-release`, `etc/redhat-release` "
             "and its kin, `etc/SuSE-release`, `etc/photon-release`, `etc/arch-release`, ...",
    .gives = "the distribution, where `os-release` does not name it",
    .locations = kDistroFallbackLocations,
    .endings = kDistroFallbackEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_distro_fallback,
};

} // namespace portique::inventory
