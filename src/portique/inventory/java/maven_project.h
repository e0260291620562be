#pragma once

// A Maven project file (POM), alone: neither parents nor imported lists of versions are other files
// that could be read here.

#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inventory/java/maven_identity.h"
#include "portique/model/package.h"

namespace portique::inventory {

struct MavenDependency {
  MavenCoordinates id; ///< the version is "" if this file does not tell exactly one
  model::PackageScope scope = model::PackageScope::Runtime;
};

struct MavenProject {
  MavenCoordinates id;               ///< what is not resolved is ""
  std::vector<std::string> licences; ///< as written: the names, or else the addresses
  std::vector<MavenDependency> dependencies;
};

/// Reads a project file with its own properties and managed versions applied. Code::Malformed if it
/// is none. Dependencies whose group or artifact cannot be resolved are left out; those of profiles
/// and plugins are not read.
base::Result<MavenProject> read_maven_project(std::string_view text, const base::Limits& limits);

/// The dependencies that are needed when the project runs, as Package::dependencies has them.
std::vector<std::string> runtime_dependencies(const MavenProject& project);

} // namespace portique::inventory
