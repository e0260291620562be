#pragma once

// The outcome of one scan: what every output format is made from.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "portique/base/time.h"
#include "portique/model/container.h"
#include "portique/model/distro.h"
#include "portique/model/finding.h"
#include "portique/model/image.h"
#include "portique/model/issue.h"
#include "portique/model/package.h"

namespace portique::model {

/// What was scanned.
struct Subject {
  std::string name; ///< as the user named it
  std::string kind; ///< "docker-archive", "oci", "oci-archive", "rootfs", ...
  Image image;      ///< without layers for a root file system
  std::optional<Container> container;
};

/// One feed inside the advisory database.
struct FeedInfo {
  std::string name; ///< "osv", "kev", "epss", "apt"
  std::string source;
  std::optional<base::Time> updated; ///< how new its newest content is
  std::uint64_t records = 0;
};

struct DatabaseInfo {
  std::uint32_t schema_version = 0;
  std::optional<base::Time> built;
  bool embedded = false; ///< the starter database inside the program
  std::vector<FeedInfo> feeds;
  std::vector<std::string> ecosystems; ///< covered, with releases: "Debian:12", "npm"; sorted
};

/// Whether the advisories speak about the subject's distribution.
enum class Coverage : std::uint8_t {
  Covered,
  NotCovered, ///< the database has nothing for this distribution and release
  NoPackages, ///< there is no distribution package to ask about
};

/// A program or library that no package accounts for.
struct Program {
  std::string path;
  std::string kind; ///< "elf", "pe", "mach-o", "script"
  bool is_library = false;
  std::int32_t layer = kNoLayer; ///< index into the image's layers
};

struct Report {
  Subject subject;
  Distro distro;
  std::optional<base::Time> distro_end_of_life; ///< when the release's support ends or ended
  Coverage coverage = Coverage::NoPackages;
  std::vector<Package> packages; ///< sorted by type, name, version, arch, path
  std::vector<Program> unowned;  ///< sorted by path
  std::vector<Finding> findings; ///< sorted: package, then severity (worst first), then id
  std::uint64_t hidden = 0;      ///< findings left out by --severity and --ignore-unfixed
  std::vector<Issue> issues;
  std::vector<std::string> notes; ///< worth saying, though nothing is missing: an expired exception
  DatabaseInfo database;
  base::Time created; ///< when the scan was made
};

} // namespace portique::model
