#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portique::model {

enum class ChangeKind : std::uint8_t { Changed, Added, Deleted };

/// "changed", "added", "deleted".
std::string_view change_kind_name(ChangeKind kind);

/// A path of a container that differs from its image.
struct PathChange {
  std::string path; ///< without leading slash
  ChangeKind kind = ChangeKind::Changed;

  friend bool operator==(const PathChange&, const PathChange&) = default;
};

/// What the scanned container is; its changes are the uppermost layer of the report's image.
struct Container {
  std::string engine; ///< "Docker", "podman"
  std::string id;
  std::string name;
  std::string image_name; ///< as it was started from
  bool running = false;
  std::vector<PathChange> changes; ///< sorted by path
};

} // namespace portique::model
