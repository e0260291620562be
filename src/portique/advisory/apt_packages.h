#pragma once

// The package lists of an archive: where the changelog of each source package can be found.

#include <string>
#include <string_view>
#include <vector>

#include "portique/advisory/debian_control.h"

namespace portique::advisory {

struct SourcePackage {
  std::string name;
  std::string version;
  /// Files that hold its changelog, names relative to the archive, best first.
  std::vector<ControlFile> files;
};

/// The newest version of each package of a Sources list, sorted by name. Packages that are there
/// only because others were built with them (Extra-Source-Only) are left out, and so is what has
/// a name, version or path that is none.
std::vector<SourcePackage> newest_sources(std::string_view sources);

/// Adds up to twelve binary packages of the same source version from a Packages list, smallest
/// first, as further places of the changelog.
void add_binaries(std::string_view packages, std::vector<SourcePackage>& sources);

} // namespace portique::advisory
