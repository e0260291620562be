// The ecosystem strings are those of the OSV schema ("Defined Ecosystems") and its export. One
// entry of the table a distribution; how its release is written differs for each.

#include "portique/advisory/ecosystem.h"

#include <algorithm>
#include <array>

#include "portique/base/text.h"

namespace portique::advisory {

namespace {

using Releases = std::vector<std::string>;

/// "9.4" -> "9".
std::string major(const model::Distro& distro) {
  return distro.version_id.substr(0, distro.version_id.find('.'));
}

/// "3.19.1" -> "3.19".
std::string major_minor(const model::Distro& distro) {
  const std::size_t first = distro.version_id.find('.');
  if (first == std::string::npos) return distro.version_id;
  return distro.version_id.substr(0, distro.version_id.find('.', first + 1));
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Releases debian(const model::Distro& distro) {
  struct Codename {
    std::string_view name;
    std::string_view release;
  };

  constexpr std::array kCodenames{Codename{"forky", "14"},
                                  Codename{"trixie", "13"},
                                  Codename{"bookworm", "12"},
                                  Codename{"bullseye", "11"},
                                  Codename{"buster", "10"},
                                  Codename{"stretch", "9"},
                                  Codename{"jessie", "8"},
                                  Codename{"wheezy", "7"}};
  std::string release = major(distro);
  // Testing and unstable have no VERSION_ID.
  if (release.empty())
    for (const Codename& codename : kCodenames)
      if (base::to_lower(distro.codename + " " + distro.pretty_name).find(codename.name) !=
          std::string::npos)
        release = codename.release;
  if (release.empty()) return {};
  // Up to 6.0 a release was numbered with its second part.
  const std::string old = major_minor(distro);
  if (release.size() == 1 && release < "7")
    return {"Debian:" +
            (contains(old, ".") ? (release == "3" ? old : release + ".0") : release + ".0")};
  return {"Debian:" + release};
}

/// Long-term support: the April release of every even year.
bool is_ubuntu_lts(std::string_view version) {
  return version.size() == 5 && version.ends_with(".04") && (version[1] - '0') % 2 == 0;
}

Releases ubuntu(const model::Distro& distro) {
  const std::string release = major_minor(distro);
  if (release.empty()) return {};
  return {"Ubuntu:" + release + (is_ubuntu_lts(release) ? ":LTS" : "")};
}

Releases ubuntu_pro(const model::Distro& distro) {
  const std::string release = major_minor(distro);
  if (!is_ubuntu_lts(release)) return {};
  return {"Ubuntu:Pro:" + release + ":LTS",
          "Ubuntu:Pro:FIPS:" + release + ":LTS",
          "Ubuntu:Pro:FIPS-updates:" + release + ":LTS"};
}

Releases alpine(const model::Distro& distro) {
  // "3.20.0_alpha20231219" is edge on its way to 3.20.
  if (distro.version_id.empty() || contains(distro.version_id, "_alpha")) return {"Alpine:edge"};
  return {"Alpine:v" + major_minor(distro)};
}

Releases red_hat(const model::Distro& distro) {
  const std::string release = major(distro);
  if (release.empty()) return {};
  return {"Red Hat:enterprise_linux:" + release, "Red Hat:enterprise_linux:" + release + "::*"};
}

Releases suse(const model::Distro& distro) {
  // "SUSE Linux Enterprise Server 15 SP4": the packages of a release are spread over its modules,
  // so every product of the same service pack counts, but not those of longer support.
  const std::string& version = distro.version_id;
  if (version.empty()) return {};
  std::string release = version;
  if (const std::size_t dot = version.find('.'); dot != std::string::npos)
    release = version.substr(0, dot) + " SP" + version.substr(dot + 1);
  Releases releases;
  for (const std::string_view product : {"Server",
                                         "Desktop",
                                         "Micro",
                                         "High Performance Computing",
                                         "Software Development Kit",
                                         "Module for Basesystem",
                                         "Module for Server Applications",
                                         "Module for Desktop Applications",
                                         "Module for Development Tools",
                                         "Module for Containers",
                                         "Module for Legacy",
                                         "Module for Package Hub",
                                         "Module for Public Cloud",
                                         "Module for Python 3",
                                         "Module for Web and Scripting",
                                         "Module for Certifications",
                                         "Module for Transactional Server"})
    releases.push_back("SUSE:Linux Enterprise " + std::string(product) + " " + release);
  releases.push_back("SUSE:Linux Enterprise Micro " + version);
  releases.push_back("SUSE:Package Hub " + release);
  return releases;
}

Releases opensuse_leap(const model::Distro& distro) {
  return {"openSUSE:Leap " + distro.version_id};
}

Releases opensuse_tumbleweed(const model::Distro& /*distro*/) {
  return {"openSUSE:Tumbleweed"};
}

Releases openeuler(const model::Distro& distro) {
  // VERSION_ID="22.03", PRETTY_NAME="openEuler 22.03 (LTS-SP3)"
  if (distro.version_id.empty()) return {};
  std::string release = distro.version_id;
  const std::size_t open = distro.pretty_name.find('(');
  const std::size_t close = distro.pretty_name.find(')');
  if (open != std::string::npos && close != std::string::npos && close > open)
    release += "-" + distro.pretty_name.substr(open + 1, close - open - 1);
  return {"openEuler:" + release};
}

/// The last part of the ecosystem's name stands before the release.
template <const char* Base> Releases by_major(const model::Distro& distro) {
  if (distro.version_id.empty()) return {};
  return {std::string(Base) + ":" + major(distro)};
}

template <const char* Base> Releases by_major_minor(const model::Distro& distro) {
  if (distro.version_id.empty()) return {};
  return {std::string(Base) + ":" + major_minor(distro)};
}

/// Rolling distributions have one ecosystem.
template <const char* Base> Releases rolling(const model::Distro& /*distro*/) {
  return {Base};
}

Releases none(const model::Distro& /*distro*/) {
  return {};
}

constexpr char kAlma[] = "AlmaLinux";
constexpr char kRocky[] = "Rocky Linux";
constexpr char kMageia[] = "Mageia";
constexpr char kPhoton[] = "Photon OS";
constexpr char kAzure[] = "Azure Linux";
constexpr char kWolfi[] = "Wolfi";
constexpr char kChainguard[] = "Chainguard";
constexpr char kMinimos[] = "MinimOS";
constexpr char kEcho[] = "Echo";

struct Row {
  std::string_view id; ///< os-release ID
  std::string_view base;
  NameKind names;
  Releases (*releases)(const model::Distro&);
  Releases (*extended)(const model::Distro&) = none;
};

const std::array kRows{
    Row{"debian", "Debian", NameKind::Source, debian},
    Row{"ubuntu", "Ubuntu", NameKind::Source, ubuntu, ubuntu_pro},
    Row{"alpine", "Alpine", NameKind::Source, alpine},
    Row{"wolfi", "Wolfi", NameKind::SourceAndBinary, rolling<kWolfi>},
    Row{"chainguard", "Chainguard", NameKind::SourceAndBinary, rolling<kChainguard>},
    Row{"minimos", "MinimOS", NameKind::SourceAndBinary, rolling<kMinimos>},
    Row{"echo", "Echo", NameKind::Source, rolling<kEcho>},
    Row{"almalinux", "AlmaLinux", NameKind::Binary, by_major<kAlma>},
    Row{"rocky", "Rocky Linux", NameKind::SourceAndBinary, by_major<kRocky>},
    Row{"rhel", "Red Hat", NameKind::SourceAndBinary, red_hat},
    Row{"centos", "Red Hat", NameKind::SourceAndBinary, red_hat},
    Row{"sles", "SUSE", NameKind::Source, suse},
    Row{"sled", "SUSE", NameKind::Source, suse},
    Row{"sle_hpc", "SUSE", NameKind::Source, suse},
    Row{"sle-micro", "SUSE", NameKind::Source, suse},
    Row{"sl-micro", "SUSE", NameKind::Source, suse},
    Row{"opensuse-leap", "openSUSE", NameKind::Source, opensuse_leap},
    Row{"opensuse", "openSUSE", NameKind::Source, opensuse_leap},
    Row{"opensuse-tumbleweed", "openSUSE", NameKind::Source, opensuse_tumbleweed},
    Row{"openeuler", "openEuler", NameKind::SourceAndBinary, openeuler},
    Row{"mageia", "Mageia", NameKind::Source, by_major<kMageia>},
    Row{"photon", "Photon OS", NameKind::SourceAndBinary, by_major_minor<kPhoton>},
    Row{"azurelinux", "Azure Linux", NameKind::Source, by_major<kAzure>},
    Row{"mariner", "Azure Linux", NameKind::Source, by_major<kAzure>},
};

} // namespace

std::optional<DistroEcosystem> ecosystem_of(const model::Distro& distro) {
  const std::string id = base::to_lower(distro.id);
  const auto row = std::ranges::find(kRows, id, &Row::id);
  if (row == kRows.end()) return std::nullopt;
  return DistroEcosystem{
      std::string(row->base), row->names, row->releases(distro), row->extended(distro)};
}

bool names_release(const std::vector<std::string>& releases, std::string_view ecosystem) {
  return std::ranges::any_of(releases, [&](std::string_view release) {
    if (!release.ends_with('*')) return release == ecosystem;
    return ecosystem.starts_with(release.substr(0, release.size() - 1));
  });
}

} // namespace portique::advisory
