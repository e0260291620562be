#pragma once

// Package URLs, https://github.com/package-url/purl-spec.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portique/model/distro.h"
#include "portique/model/package.h"

namespace portique::model {

struct Purl {
  std::string type;
  std::string ns; ///< segments joined by '/', not encoded
  std::string name;
  std::string version;
  std::vector<std::pair<std::string, std::string>> qualifiers; ///< written sorted by key
  std::string subpath;

  /// Canonical text: percent-encoded, type and the parts that the type demands in lower case.
  [[nodiscard]] std::string text() const;
};

/// The namespace that purls of the distribution's packages have, where it is not os-release's ID.
std::string purl_namespace_of(const Distro& distro);

/// The purl of a package. Those of the distribution have the qualifiers `arch`, `distro`
/// ("debian-12"), `epoch` (rpm) and `upstream` (source name, and @version where it differs from the
/// package's); the name of an ebuild, "category/name", is divided into namespace and name.
Purl purl_of(const Package& package, const Distro& distro);

} // namespace portique::model
