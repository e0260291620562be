#pragma once

// Distributions as SBOMs name them, for readers that know os-release(5)'s names.

#include <string>
#include <string_view>

#include "portique/model/distro.h"

namespace portique::inventory {

/// os-release's ID for a name or purl namespace that some tool writes: "redhat" -> "rhel",
/// "opensuse.leap" -> "opensuse-leap". Others in lower case as they are.
std::string distro_id_of(std::string_view name);

/// The distribution that a purl's qualifier `distro` names ("debian-12", "alpine-3.19.1", "3.19.1",
/// "bookworm"); `ns` is the purl's namespace.
model::Distro distro_of_qualifier(std::string_view value, std::string_view ns);

/// Whether what a purl says of a distribution can be said of this one: "debian-12" of Debian 12.4,
/// and a bare "debian" too.
bool is_of(const model::Distro& said, const model::Distro& distro);

} // namespace portique::inventory
