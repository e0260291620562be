#include "portique/scan/guess_distro.h"

#include <array>
#include <string_view>
#include <utility>

#include "portique/base/text.h"

namespace portique::scan {

namespace {

/// How many of the version's numbers name the release.
enum class Precision : std::uint8_t { Whole, Major, MajorMinor, None };

/// A package that exists in one distribution alone and has the release's number.
struct Marker {
  std::string_view type;
  std::string_view package;
  std::string_view id; ///< os-release's ID
  Precision precision;
};

constexpr std::array kMarkers{
    Marker{"apk", "alpine-release", "alpine", Precision::Whole},
    Marker{"apk", "wolfi-baselayout", "wolfi", Precision::None},
    Marker{"apk", "chainguard-baselayout", "chainguard", Precision::None},
    Marker{"rpm", "almalinux-release", "almalinux", Precision::MajorMinor},
    Marker{"rpm", "rocky-release", "rocky", Precision::MajorMinor},
    Marker{"rpm", "redhat-release", "rhel", Precision::MajorMinor},
    Marker{"rpm", "redhat-release-server", "rhel", Precision::MajorMinor},
    Marker{"rpm", "centos-release", "centos", Precision::Major},
    Marker{"rpm", "centos-linux-release", "centos", Precision::Major},
    Marker{"rpm", "centos-stream-release", "centos", Precision::Major},
    Marker{"rpm", "oraclelinux-release", "ol", Precision::MajorMinor},
    Marker{"rpm", "fedora-release-common", "fedora", Precision::Major},
    Marker{"rpm", "openSUSE-release", "opensuse-leap", Precision::MajorMinor},
    Marker{"rpm", "Leap-release", "opensuse-leap", Precision::MajorMinor},
    Marker{"rpm", "sles-release", "sles", Precision::MajorMinor},
    Marker{"rpm", "openEuler-release", "openEuler", Precision::None},
    Marker{"rpm", "azurelinux-release", "azurelinux", Precision::MajorMinor},
    Marker{"rpm", "mariner-release", "mariner", Precision::MajorMinor},
    Marker{"rpm", "mageia-release-common", "mageia", Precision::Major},
    Marker{"rpm", "photon-release", "photon", Precision::MajorMinor},
};

/// Ubuntu's base-files does not name the release; its C library's upstream version does.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kUbuntuLibc{{
    {"2.23-", "16.04"},
    {"2.27-", "18.04"},
    {"2.31-", "20.04"},
    {"2.35-", "22.04"},
    {"2.39-", "24.04"},
    {"2.41-", "25.04"},
    {"2.42-", "25.10"},
}};

std::string_view leading_numbers(std::string_view version, int count) {
  std::size_t end = 0;
  for (; end < version.size(); ++end) {
    if (version[end] >= '0' && version[end] <= '9') continue;
    if (version[end] != '.' || --count == 0) break;
  }
  return version.substr(0, end);
}

std::string release_of(std::string_view version, Precision precision) {
  switch (precision) {
  case Precision::Whole:
    return std::string(version.substr(0, version.find('-')));
  case Precision::Major:
    return std::string(leading_numbers(version, 1));
  case Precision::MajorMinor:
    return std::string(leading_numbers(version, 2));
  case Precision::None:
    break;
  }
  return {};
}

/// openSUSE Tumbleweed has Leap's package, with a date for a version.
bool rolling(const Marker& marker, const model::Package& package) {
  return marker.id == "opensuse-leap" && leading_numbers(package.version, 1).size() > 3;
}

GuessedDistro guessed(std::string_view id, std::string release, const model::Package& package) {
  GuessedDistro guess;
  guess.distro.id = id;
  guess.distro.version_id = std::move(release);
  guess.distro.path = package.path;
  guess.package = base::printable(package.name + " " + package.version);
  return guess;
}

/// "12.4+deb12u5" is Debian's; a derivative adds its own name: "12ubuntu4.6", "12.4+rpi1".
std::optional<GuessedDistro> by_base_files(std::span<const model::Package> packages) {
  for (const model::Package& package : packages) {
    if (package.type != "deb" || package.name != "base-files") continue;
    const std::string_view version = package.version;
    const std::string_view rest = version.substr(leading_numbers(version, 3).size());
    // Kali counts by years.
    const bool numbered = leading_numbers(version, 1).size() <= 2;
    if (numbered && (rest.empty() || rest.starts_with("+deb")))
      return guessed("debian", std::string(leading_numbers(version, 1)), package);
    if (!rest.starts_with("ubuntu")) return std::nullopt;
    for (const model::Package& libc : packages)
      if (libc.type == "deb" && libc.name == "libc6")
        for (const auto& [upstream, release] : kUbuntuLibc)
          if (libc.version.starts_with(upstream))
            return guessed("ubuntu", std::string(release), libc);
    return std::nullopt;
  }
  return std::nullopt;
}

} // namespace

std::optional<GuessedDistro> guess_distro(std::span<const model::Package> packages) {
  if (auto debian = by_base_files(packages)) return debian;
  for (const model::Package& package : packages)
    for (const Marker& marker : kMarkers)
      if (package.type == marker.type && package.name == marker.package &&
          !rolling(marker, package))
        return guessed(marker.id, release_of(package.version, marker.precision), package);
  return std::nullopt;
}

} // namespace portique::scan
