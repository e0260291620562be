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

/// A file that a layer brought and a later one deleted: it still lies in the image.
struct RemovedFile {
  FileVersion last;
  std::int32_t removed_in = 0;
};

/// A program or library, and the layer that brought it.
struct PlacedProgram {
  std::int32_t layer = 0;
  inventory::Executable executable;
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

  /// Every file that is left once all layers are stacked, by its path.
  [[nodiscard]] const std::map<std::string, std::vector<FileVersion>, std::less<>>& files() const {
    return files_;
  }

  /// Every program and library that is left, those in files() left out.
  [[nodiscard]] const std::map<std::string, PlacedProgram, std::less<>>& programs() const {
    return programs_;
  }

  /// What was deleted again, in the order of deletion.
  [[nodiscard]] std::span<const RemovedFile> removed() const { return removed_; }

  /// Names directly in a folder that evidence or links stand for, sorted; `folder` is resolved.
  [[nodiscard]] std::vector<std::string> children(std::string_view folder) const;

private:
  void remove(std::int32_t layer, const std::string& path);
  void remove_below(std::int32_t layer, const std::string& folder);
  void forget_file(std::int32_t layer, std::string_view path);
  void add(std::int32_t layer, const LayerEvidence& evidence);
  void add_files(std::int32_t layer, const LayerEvidence& evidence);
  void make_folders_real(std::string_view path);

  std::map<std::string, std::vector<FileVersion>, std::less<>> files_;
  std::map<std::string, PlacedProgram, std::less<>> programs_;
  std::map<std::string, const Link*, std::less<>> links_;
  std::vector<RemovedFile> removed_;
};

} // namespace portique::scan
