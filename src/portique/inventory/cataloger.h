#pragma once

// The contract between the layer walk and whoever turns files into packages. A cataloger is pure:
// it sees one file, and what it says depends on that file alone, so it can be cached by layer.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/inventory/file_content.h"
#include "portique/model/distro.h"
#include "portique/model/issue.h"
#include "portique/model/package.h"

namespace portique::inventory {

/// Licences of a package that stand in another file than the package database.
struct LicenceFact {
  std::string package;
  std::vector<std::string> licences;

  friend bool operator==(const LicenceFact&, const LicenceFact&) = default;
};

/// What one file says. "Could not read" is an issue, never an empty result.
struct Analysis {
  std::vector<model::Package> packages;
  std::vector<LicenceFact> licences;
  std::optional<model::Distro> distro;
  std::vector<model::Issue> issues; ///< path and layer are filled in by the caller

  friend bool operator==(const Analysis&, const Analysis&) = default;
};

/// One way to turn files into packages; an entry of catalogers().
struct Cataloger {
  std::string_view id; ///< "dpkg-status"; unique
  /// Part of the layer cache's key: raise it with any change of what analyze() returns.
  std::uint32_t version;
  /// Where the file counts: paths from the root, whose components may be "*". Symbolic links on the
  /// way are resolved inside the image.
  std::span<const std::string_view> locations;
  /// How the walk finds candidates in a layer whose symbolic links it does not know yet: the last
  /// components of a path, "*" for any one component ("dpkg/status", "dpkg/status.d/*").
  std::span<const std::string_view> endings;
  /// Largest file that is read; a larger one is an issue.
  std::uint64_t base::Limits::* size_limit;
  Analysis (*analyze)(const FileContent& file, const base::Limits& limits);
};

} // namespace portique::inventory
