#pragma once

// Names, versions and hashes as npm's tools write them.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/model/package.h"

namespace portique::inventory {

/// A package of type "npm" from its full name ("@scope/name" or "name") and version. Nothing if one
/// of them is empty or could not stand in a registry: blanks, control characters, a path.
std::optional<model::Package> npm_package(std::string_view full_name, std::string_view version);

/// What a dependency is asked for by: "name@range", where the range may rename ("npm:other@range").
struct NpmRequest {
  std::string_view name;  ///< under which it is installed
  std::string_view range; ///< "" if there is none
};

/// "@scope/name@^1.0": the first "@" that does not begin the name parts the two.
NpmRequest npm_request(std::string_view text);

/// The package that a request really means: "x@npm:@scope/y@^1" is "@scope/y".
std::string_view real_npm_name(const NpmRequest& request);

/// Whether a range or address means a folder or workspace of the project itself. Archives in files
/// are somebody else's code.
bool is_own_folder(std::string_view range);

/// Whether a place in a tree of folders is one that npm or bun would make: what lies around it is
/// looked through for each dependency.
bool is_npm_place(std::string_view place);

/// Bounds that looking through in all: a file could make each of a million dependencies be looked
/// for in a hundred folders with long names.
class LookupBudget {
public:
  /// Pays for a place of that length. False when all is spent: what is looked for is not found
  /// then.
  bool spend(std::size_t bytes) {
    spent_ += bytes;
    return !used_up();
  }

  [[nodiscard]] bool used_up() const { return spent_ > kMost; }

private:
  /// Lock files of 20 MB spend 30 MB; this is some seconds.
  static constexpr std::uint64_t kMost = 1'000'000'000;
  std::uint64_t spent_ = 0;
};

/// What to say when the budget was used up.
inline constexpr std::string_view kLookupsUsedUp =
    "too many places to look for dependencies in; those of some packages have no version";

/// Subresource integrity ("sha512-BASE64 sha1-BASE64") as "sha512:HEX"; what cannot be read is left
/// out, for nobody is harmed by a hash less.
std::vector<std::string> npm_hashes(std::string_view integrity);

/// Whether a file lies below a node_modules folder: other people's lock files say nothing of what
/// is installed.
bool is_below_node_modules(std::string_view path);

} // namespace portique::inventory
