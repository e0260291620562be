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

/// Which files a package of the distribution brought, as the package database lists them: symbolic
/// links among the folders of a path are not followed ("bin/sh" stays that where bin leads to
/// usr/bin). Folders and links may be among them.
struct OwnedFiles {
  std::string package;              ///< its name, as in Package::name
  std::vector<std::uint64_t> paths; ///< path_hash() of each

  friend bool operator==(const OwnedFiles&, const OwnedFiles&) = default;
};

enum class ExecutableKind : std::uint8_t { Elf, Pe, MachO, Script };

/// A program or library, by its first bytes.
struct Executable {
  ExecutableKind kind = ExecutableKind::Elf;
  bool is_library = false;

  friend bool operator==(const Executable&, const Executable&) = default;
};

/// What one file says. "Could not read" is an issue, never an empty result.
struct Analysis {
  std::vector<model::Package> packages;
  std::vector<LicenceFact> licences;
  std::optional<model::Distro> distro;
  std::vector<OwnedFiles> owned;
  std::optional<Executable> executable;
  std::vector<model::Issue> issues; ///< path and layer are filled in by the caller

  friend bool operator==(const Analysis&, const Analysis&) = default;
};

/// What the presence of a file proves about the packages it names.
enum class Evidence : std::uint8_t {
  Installed, ///< they are there
  Declared,  ///< somebody asked for them: lock files and manifests. Counts in a source tree; in an
             ///< image only if the user asks for it
};

/// One way to turn files into packages; an entry of catalogers().
struct Cataloger {
  std::string_view id; ///< "dpkg-status"; unique
  /// Part of the layer cache's key: raise it with any change of what analyze() returns.
  std::uint32_t version;
  std::string_view files; ///< for the documentation: which files it reads, in Markdown
  std::string_view gives; ///< for the documentation: what it makes of them
  /// Where the file counts: paths from the root, whose components may have one "*". Symbolic links
  /// on the way are resolved inside the image. None: wherever it lies.
  std::span<const std::string_view> locations;
  /// How the walk finds candidates: the last components of a path. Each component may have one "*"
  /// for any run of characters ("dpkg/status.d/*", "*.dist-info/METADATA", "*.jar"); the last one
  /// is written out, or "*", or has an extension behind its "*" (and then at most one component).
  /// Letter case counts.
  std::span<const std::string_view> endings;
  /// Largest file that is read; a larger one is an issue.
  std::uint64_t base::Limits::* size_limit;
  Analysis (*analyze)(const FileContent& file, const base::Limits& limits);
  Evidence evidence = Evidence::Installed;
  /// Whether programs and libraries are also offered that no ending fits: by their first bytes.
  bool executables = false;
};

/// Catalogers that lie in one folder below inventory/.
struct CatalogerFamily {
  std::string_view folder; ///< "os"
  std::string_view name;   ///< "Distributions"
  std::span<const Cataloger> catalogers;
};

/// A path as OwnedFiles remembers it: FNV-1a of the cleaned path. Files are told apart well enough
/// by 64 bits, for a forged match only puts a file down to another package of the same image.
/// With the hash of its beginning, `rest` alone is the rest of the path.
constexpr std::uint64_t path_hash(std::string_view rest,
                                  std::uint64_t hash = 0xcbf29ce484222325ULL) {
  for (const char c : rest) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

} // namespace portique::inventory
