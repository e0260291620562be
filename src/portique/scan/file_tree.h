#pragma once

// The image's file system, as far as it matters: which evidence is where once all layers are
// stacked, which of it a lower layer had in an older form, and where symbolic links lead.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/scan/layer_evidence.h"

namespace portique::scan {

/// One state of a file: the layer that wrote it and what it said.
struct FileVersion {
  std::int32_t layer = 0;
  const FileEvidence* evidence = nullptr;
};

class FileTree {
public:
  /// Stacks layers, lowest first. Borrows them.
  explicit FileTree(std::span<const LayerEvidence> layers);

  /// Where a path really leads: symbolic links followed inside the image, at most 40 of them, hard
  /// links to the file that has the content. Nothing for a loop.
  [[nodiscard]] std::optional<std::string> resolve(std::string_view path) const;

  /// The states of a file, oldest first, since it was last deleted; empty if there is none.
  [[nodiscard]] std::span<const FileVersion> versions(std::string_view resolved) const;

  /// Names directly in a folder that evidence or links stand for, sorted; `folder` is resolved.
  [[nodiscard]] std::vector<std::string> children(std::string_view folder) const;

private:
  void remove(const std::string& path);
  void remove_below(const std::string& folder);
  void add(std::int32_t layer, const LayerEvidence& evidence);

  std::map<std::string, std::vector<FileVersion>, std::less<>> files_;
  std::map<std::string, const Link*, std::less<>> links_;
};

} // namespace portique::scan
