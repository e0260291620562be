#pragma once

// Evidence of what lies in a folder instead of an image: a root file system, or a source tree. This
// side finds and opens the files; the sandboxed reader reads them.

#include <filesystem>
#include <string>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/scan/image_reader.h"
#include "portique/scan/layer_evidence.h"

namespace portique::scan {

struct FolderEvidence {
  LayerEvidence evidence;           ///< as if it were the only layer of an image
  std::vector<std::string> skipped; ///< folders that were passed over and may hold other systems
};

/// A root file system: the package databases at their places, every other file that a cataloger
/// wants wherever it lies, and programs. Other file systems mounted below the folder are not looked
/// into, nor is where container engines keep their images.
base::Result<FolderEvidence>
read_rootfs(ImageReader& reader, const std::filesystem::path& folder, const base::Limits& limits);

/// A source tree or build context: what counts wherever it lies, as far as .dockerignore lets it
/// into a build; .git is left out.
base::Result<FolderEvidence> read_source_tree(ImageReader& reader,
                                              const std::filesystem::path& folder,
                                              const base::Limits& limits);

} // namespace portique::scan
