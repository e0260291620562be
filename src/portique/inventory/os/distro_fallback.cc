// Files that name a distribution, besides os-release:
//   alpine-release, debian_version   a version alone
//   *-release of the Red Hat family  "Rocky Linux release 9.3 (Blue Onyx)"
//   photon-release                   "VMware Photon OS 4.0", then a build number
//   SuSE-release                     a title line, then VERSION, PATCHLEVEL, CODENAME
//   lsb-release                      DISTRIB_ID and so on, in os-release's syntax
//   arch-release                     empty; its presence says it

#include "portique/inventory/os/distro_fallback.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/os/os_release.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::fail;
using base::Result;
using model::Distro;

struct KnownName {
  std::string_view name; ///< how the written name begins
  std::string_view id;   ///< os-release's ID of the same distribution
};

// The first that fits counts.
constexpr KnownName kKnownNames[] = {
    {"CentOS", "centos"},
    {"AlmaLinux", "almalinux"},
    {"Rocky Linux", "rocky"},
    {"Oracle Linux", "ol"},
    {"Enterprise Linux Enterprise Linux Server", "ol"},
    {"Red Hat Enterprise Linux", "rhel"},
    {"Red Hat Linux", "redhat"},
    {"Fedora", "fedora"},
    {"Amazon Linux", "amzn"},
    {"Scientific Linux", "scientific"},
    {"VMware Photon", "photon"},
    {"Photon", "photon"},
    {"CBL-Mariner", "mariner"},
    {"Microsoft Azure Linux", "azurelinux"},
    {"Mageia", "mageia"},
    {"openEuler", "openEuler"},
    {"EulerOS", "euleros"},
    {"Anolis OS", "anolis"},
    {"SUSE Linux Enterprise Server", "sles"},
    {"SUSE Linux Enterprise Desktop", "sled"},
    {"openSUSE Leap", "opensuse-leap"},
    {"openSUSE Tumbleweed", "opensuse-tumbleweed"},
    {"openSUSE", "opensuse"},
    {"LinuxMint", "linuxmint"},
    {"Ubuntu", "ubuntu"},
    {"Debian", "debian"},
    {"Arch", "arch"},
};

std::string id_of(std::string_view name) {
  const auto known = std::ranges::find_if(
      kKnownNames, [&](const KnownName& entry) { return name.starts_with(entry.name); });
  std::string id = base::to_lower(known != std::end(kKnownNames) ? known->id : name);
  std::ranges::replace(id, ' ', '-');
  return id;
}

bool is_printable_line(std::string_view text) {
  return !text.empty() && text.size() <= 256 &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' && c != '\x7f'; });
}

// Takes the next line that is not empty off `text`.
std::string_view take_line(std::string_view& text) {
  while (!text.empty()) {
    const std::string_view line = base::trim(base::take_until(text, '\n'));
    if (!line.empty()) return line;
  }
  return {};
}

Result<Distro> alpine(std::string_view text) {
  const std::string_view version = take_line(text);
  if (version.empty() || !base::is_digit(version.front()) || !is_printable_line(version)) {
    return fail(Code::Malformed, excerpt(version) + " is no Alpine version");
  }
  return Distro{.id = "alpine", .version_id = std::string(version), .name = "Alpine Linux"};
}

// "12.7", or "trixie/sid" for the release in the making.
Result<Distro> debian(std::string_view text) {
  const std::string_view version = take_line(text);
  if (version.empty() || !base::is_alnum(version.front()) || !is_printable_line(version)) {
    return fail(Code::Malformed, excerpt(version) + " is no Debian version");
  }
  Distro distro{.id = "debian", .name = "Debian GNU/Linux"};
  if (base::is_digit(version.front())) {
    distro.version_id = version;
  } else {
    distro.codename = version.substr(0, version.find('/'));
  }
  distro.pretty_name = "Debian GNU/Linux " + utf8_value(version);
  return distro;
}

// "NAME release VERSION (CODENAME)"
Result<Distro> red_hat_style(std::string_view text) {
  constexpr std::string_view kRelease = " release ";
  const std::string_view line = take_line(text);
  const std::size_t at = line.find(kRelease);
  if (at == std::string_view::npos || at == 0 || !is_printable_line(line)) {
    return fail(Code::Malformed, excerpt(line) + " names no release");
  }
  std::string_view rest = base::trim(line.substr(at + kRelease.size()));
  const std::string_view name = base::trim(line.substr(0, at));
  const std::string_view version = base::take_until(rest, ' ');
  Distro distro{
      .id = id_of(name),
      .version_id = utf8_value(version),
      .name = utf8_value(name),
      .pretty_name = utf8_value(line),
  };
  if (const std::size_t open = rest.find('('); open != std::string_view::npos) {
    const std::string_view codename = rest.substr(open + 1);
    distro.codename = utf8_value(codename.substr(0, codename.find(')')));
  }
  return distro;
}

// "VMware Photon OS 4.0"
Result<Distro> photon(std::string_view text) {
  const std::string_view line = take_line(text);
  const std::size_t blank = line.rfind(' ');
  if (blank == std::string_view::npos || !base::is_digit(line.back()) || !is_printable_line(line)) {
    return fail(Code::Malformed, excerpt(line) + " names no release");
  }
  const std::string_view name = line.substr(0, blank);
  return Distro{
      .id = "photon",
      .version_id = utf8_value(line.substr(blank + 1)),
      .name = utf8_value(name),
      .pretty_name = utf8_value(line),
  };
}

Result<Distro> suse(std::string_view text) {
  const std::string_view title = take_line(text);
  if (!is_printable_line(title)) return fail(Code::Malformed, excerpt(title) + " names no release");
  Distro distro{.id = id_of(title), .pretty_name = utf8_value(title)};
  std::string patch_level;
  for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
    const std::string_view key = base::trim(base::take_until(line, '='));
    const std::string value = utf8_value(base::trim(line));
    if (key == "VERSION") distro.version_id = value;
    if (key == "CODENAME") distro.codename = value;
    if (key == "PATCHLEVEL") patch_level = value;
  }
  if (distro.version_id.empty()) return fail(Code::Malformed, "VERSION is missing");
  if (!patch_level.empty() && patch_level != "0") distro.version_id += "." + patch_level;
  distro.name = distro.pretty_name.substr(0, distro.pretty_name.find_first_of("0123456789("));
  distro.name = base::trim(distro.name);
  return distro;
}

// No id if the file speaks of the LSB alone, as Red Hat's does.
Result<Distro> lsb(std::string_view text) {
  Distro distro;
  for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
    if (line.front() == '#') continue;
    auto [key, value] = PQ_TRY(parse_shell_assignment(line));
    if (key == "DISTRIB_ID") {
      distro.id = id_of(value);
      distro.name = value;
    } else if (key == "DISTRIB_RELEASE") {
      distro.version_id = value;
    } else if (key == "DISTRIB_CODENAME") {
      distro.codename = value;
    } else if (key == "DISTRIB_DESCRIPTION") {
      distro.pretty_name = value;
    }
  }
  return distro;
}

std::string_view last_component(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

Result<Distro> read(std::string_view file_name, std::string_view text) {
  if (file_name == "alpine-release") return alpine(text);
  if (file_name == "debian_version") return debian(text);
  if (file_name == "lsb-release") return lsb(text);
  if (file_name == "SuSE-release") return suse(text);
  if (file_name == "photon-release") return photon(text);
  if (file_name == "arch-release") return Distro{.id = "arch", .name = "Arch Linux"};
  return red_hat_style(text);
}

// The place in the two tables of a path, or of its last component where links led elsewhere.
std::size_t rank_of(std::string_view path) {
  std::size_t place = 0;
  const bool is_variant = last_component(path).contains("os-release"); // "os-release-container"
  std::size_t by_name = is_variant ? 0 : std::numeric_limits<std::size_t>::max();
  for (const std::span<const std::string_view> table :
       {std::span<const std::string_view>(kOsReleaseLocations),
        std::span<const std::string_view>(kDistroFallbackLocations)}) {
    for (const std::string_view location : table) {
      if (location == path) return place;
      if (last_component(location) == last_component(path)) by_name = std::min(by_name, place);
      ++place;
    }
  }
  return by_name;
}

} // namespace

Analysis analyze_distro_fallback(const FileContent& file, const base::Limits& /*limits*/) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  auto distro = read(last_component(file.path()), *text);
  if (!distro) {
    add_issue(analysis, distro.error());
    return analysis;
  }
  if (!distro->known()) return analysis;
  distro->path = file.path();
  analysis.distro = *std::move(distro);
  return analysis;
}

Distro merge_distro(std::span<const Distro> candidates) {
  const Distro* best = nullptr;
  const auto key = [](const Distro& distro) {
    const bool unnamed = distro.id == "linux"; // os-release without ID
    return std::pair(unnamed, rank_of(distro.path));
  };
  for (const Distro& candidate : candidates) {
    if (!candidate.known()) continue;
    if (best == nullptr || key(candidate) < key(*best)) best = &candidate;
  }
  return best == nullptr ? Distro{} : *best;
}

} // namespace portique::inventory
