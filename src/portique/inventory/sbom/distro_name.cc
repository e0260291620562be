#include "portique/inventory/sbom/distro_name.h"

#include <algorithm>
#include <array>

#include "portique/base/text.h"

namespace portique::inventory {

namespace {

struct Name {
  std::string_view name;
  std::string_view id;
};

// Families of Trivy's reports, purl namespaces, and names that people write.
constexpr std::array kNames{
    Name{"alma", "almalinux"},
    Name{"alma linux", "almalinux"},
    Name{"alpine linux", "alpine"},
    Name{"amazon", "amzn"},
    Name{"amazon linux", "amzn"},
    Name{"azure linux", "azurelinux"},
    Name{"cbl-mariner", "mariner"},
    Name{"centos linux", "centos"},
    Name{"centos-stream", "centos"},
    Name{"debian gnu/linux", "debian"},
    Name{"fedora linux", "fedora"},
    Name{"opensuse.leap", "opensuse-leap"},
    Name{"opensuse.tumbleweed", "opensuse-tumbleweed"},
    Name{"oracle", "ol"},
    Name{"oracle linux", "ol"},
    Name{"oraclelinux", "ol"},
    Name{"red hat enterprise linux", "rhel"},
    Name{"redhat", "rhel"},
    Name{"rocky linux", "rocky"},
    Name{"rockylinux", "rocky"},
    Name{"slem", "sle-micro"},
    Name{"suse", "sles"},
    Name{"suse linux enterprise micro", "sle-micro"},
    Name{"suse linux enterprise server", "sles"},
};

} // namespace

std::string distro_id_of(std::string_view name) {
  std::string lower = base::to_lower(base::trim(name));
  const auto* found = std::ranges::find(kNames, lower, &Name::name);
  if (found != kNames.end()) return std::string(found->id);
  return lower;
}

model::Distro distro_of_qualifier(std::string_view value, std::string_view ns) {
  model::Distro distro;
  if (value.empty() || base::is_digit(value.front())) {
    distro.id = distro_id_of(ns);
    distro.version_id = value;
    return distro;
  }
  // The version begins at the first dash with a digit behind it: "opensuse-leap-15.5".
  for (std::size_t dash = value.find('-'); dash != std::string_view::npos;
       dash = value.find('-', dash + 1)) {
    if (dash + 1 >= value.size() || !base::is_digit(value[dash + 1])) continue;
    distro.id = distro_id_of(value.substr(0, dash));
    distro.version_id = value.substr(dash + 1);
    return distro;
  }
  if (distro_id_of(ns) == distro_id_of(value) || ns.empty()) {
    distro.id = distro_id_of(value);
    return distro;
  }
  distro.id = distro_id_of(ns);
  // "opensuse-tumbleweed" in the namespace "opensuse", or a codename: "bookworm".
  if (base::to_lower(value).starts_with(base::to_lower(ns)))
    distro.id = distro_id_of(value);
  else
    distro.codename = value;
  return distro;
}

bool is_of(const model::Distro& said, const model::Distro& distro) {
  if (said.id != distro.id && distro_id_of(said.id) != distro_id_of(distro.id)) return false;
  if (said.version_id.empty() || distro.version_id.empty()) return true;
  const auto begins_with = [](std::string_view longer, std::string_view shorter) {
    return longer.starts_with(shorter) &&
           (longer.size() == shorter.size() || longer[shorter.size()] == '.');
  };
  return begins_with(said.version_id, distro.version_id) ||
         begins_with(distro.version_id, said.version_id);
}

} // namespace portique::inventory
