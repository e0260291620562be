#pragma once

#include <string>
#include <string_view>

#include "portique/inventory/java/archive_name.h"
#include "portique/inventory/java/jar_manifest.h"

namespace portique::inventory {

/// Group, artifact and version: what Maven calls coordinates.
struct MavenCoordinates {
  std::string group;
  std::string artifact;
  std::string version;

  friend bool operator==(const MavenCoordinates&, const MavenCoordinates&) = default;
};

/// The coordinates of an archive that Maven did not write its own into, by its name, its manifest
/// and the package that all its classes lie in ("org.slf4j", "" if there is none). The group is ""
/// if nothing tells it; artifact or version are "" if the archive says too little to be named.
MavenCoordinates guess_coordinates(const ArchiveName& name,
                                   const JarManifest& manifest,
                                   std::string_view java_package);

/// Group by which an artifact is published whose archives do not say it; "" if it is not known.
std::string_view known_group(std::string_view artifact, std::string_view version);

} // namespace portique::inventory
