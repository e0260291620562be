#pragma once

// What package databases said in lower layers: which layer brought a package, and whether one that
// is not listed any more is really gone. Whoever builds an image may delete its package database,
// or take a package out of it, so that scanners see less. The files tell.

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "portique/inventory/cataloger.h"
#include "portique/model/finding.h"
#include "portique/model/package.h"
#include "portique/scan/file_tree.h"

namespace portique::scan {

/// Type, name, version and architecture: the same package, whichever file names it.
std::string package_identity(const model::Package& package);

/// The packages of the newest state of a file, each with the lowest layer since which it was listed
/// without a break.
std::vector<model::Package> listed_packages(std::span<const FileVersion> versions);

/// Packages that the uppermost state of the image does not name.
struct PastPackages {
  std::vector<model::Package> packages; ///< with `removed_in` if their files are gone as well
  std::vector<const inventory::OwnedFiles*> owned; ///< their files, borrowed from the evidence
  std::vector<model::Finding> findings;
};

class DatabaseHistory {
public:
  /// Borrows the tree.
  explicit DatabaseHistory(const FileTree& tree) : tree_(&tree) {}

  /// Packages that an older state of a database lists and the newest does not. Those of which a
  /// program, a library or the file list is still there were taken out of the database by hand.
  [[nodiscard]] PastPackages vanished(std::span<const FileVersion> versions) const;

  /// A database that was deleted whole: its packages are taken to be there still. Nothing if the
  /// file did not lie where it counts, or if the package is one file there and was removed with it
  /// (dpkg's info/ and status.d/).
  [[nodiscard]] PastPackages deleted(const RemovedFile& file,
                                     const inventory::Cataloger& cataloger) const;

private:
  [[nodiscard]] bool
  still_there(std::string_view package, const inventory::Analysis& past, std::int32_t layer) const;

  const FileTree* tree_;
  /// Layer of each program or library that is left, by the hash of its path; made when first
  /// needed.
  mutable std::unordered_map<std::uint64_t, std::int32_t> programs_;
};

} // namespace portique::scan
