#pragma once

// Scans by the program itself in a process of its own, as `portique scan` would: the memory and the
// time that an image takes are not the gate's, and a gate with many threads does not fork a reader.

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "portique/access/kubernetes/image_verdicts.h"

namespace portique::access::kubernetes {

struct ImageScanProgram {
  std::filesystem::path program;   ///< portique
  std::string policy;              ///< a file, or a ready policy
  std::string source = "registry"; ///< scheme of the target
  std::vector<std::string> flags;  ///< further ones
  std::chrono::milliseconds time{15 * 60 * 1000};
};

/// Evidence that is incomplete turns "allow" into "warn".
base::Result<ImageVerdict> scan_by_program(const ImageScanProgram& scan, const std::string& image);

} // namespace portique::access::kubernetes
