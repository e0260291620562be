#pragma once

// The outcome of one scan: what every output format is made from.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/time.h"
#include "portique/model/container.h"
#include "portique/model/distro.h"
#include "portique/model/finding.h"
#include "portique/model/image.h"
#include "portique/model/issue.h"
#include "portique/model/package.h"
#include "portique/model/verdict.h"

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
  NotChecked, ///< nobody wanted to know: vulnerabilities were not looked for
};

/// What is looked for.
enum class Scanner : std::uint8_t {
  Vulnerabilities,
  Secrets,
  Malware,
  Misconfigurations,
  Integrity, ///< files that are not what their package brought
};

/// As `--scanners` calls it: "vuln", "secret", ...
std::string_view scanner_name(Scanner scanner);

/// A program or library that no package accounts for.
struct Program {
  std::string path;
  std::string kind; ///< "elf", "pe", "mach-o", "script"
  bool is_library = false;
  std::int32_t layer = kNoLayer; ///< index into the image's layers
};

/// A finding that a change of the base image takes away or brings.
struct BaseChange {
  std::string id;
  std::string package;
  Severity severity = Severity::Unknown;
};

/// What another base image would change.
struct BaseComparison {
  std::string name; ///< the other base, as the user named it
  std::vector<BaseChange> removed;
  std::vector<BaseChange> added;
  std::size_t kept = 0; ///< findings of the base that stay
};

/// The image that the subject was built from.
struct BaseImage {
  enum class Known : std::uint8_t {
    Given,   ///< the user named it, and the subject begins with its layers
    Guessed, ///< from the history; docs/base-images.md
  };

  Known known = Known::Guessed;
  std::string name;       ///< as the user or a label names it, "" if nothing does
  std::string digest;     ///< of its manifest, as a label or the image says, "" if unknown
  std::size_t layers = 0; ///< how many of the subject's lowest layers are its
  std::optional<BaseComparison> comparison;
};

/// What findings are sorted by.
enum class FindingOrder : std::uint8_t { Package, Severity, Risk };

struct Report {
  Subject subject;
  Distro distro;
  std::optional<base::Time> distro_end_of_life; ///< when the release's support ends or ended
  Coverage coverage = Coverage::NoPackages;
  std::vector<Scanner> scanners;              ///< that ran, in the order of the enumeration
  std::vector<Package> packages;              ///< sorted by type, name, version, arch, path
  std::vector<Program> unowned;               ///< sorted by path
  std::vector<Finding> findings;              ///< sorted as `order` says
  FindingOrder order = FindingOrder::Package; ///< package, then severity (worst first), then id
  std::optional<BaseImage> base; ///< nothing if it is not known, or there are no layers
  std::uint64_t hidden = 0;      ///< findings left out by --severity and --ignore-unfixed
  std::vector<Issue> issues;
  std::vector<std::string> notes; ///< worth saying, though nothing is missing: an expired exception
  std::optional<Verdict> verdict; ///< with --policy
  DatabaseInfo database;
  base::Time created; ///< when the scan was made
};

} // namespace portique::model
