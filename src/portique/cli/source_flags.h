#pragma once

// The flags that say what is read and how, shared by the verbs that read images.

#include <filesystem>
#include <string>
#include <vector>

#include "portique/base/result.h"
#include "portique/image/target.h"
#include "portique/scan/scan.h"

namespace CLI {
class App;
}

namespace portique::cli {

struct SourceFlags {
  std::string target;
  std::string platform;
  bool include_declared = false;
  std::string cache_dir;
  bool no_cache = false;
  bool offline = false;
  std::vector<std::string> insecure;
  std::vector<std::string> mirrors;
  std::string certificates;
  bool quiet = false;
};

/// TARGET, --platform, --include-declared, --cache-dir, --no-cache, --offline, --quiet, and how
/// registries are reached. `flags` must outlive the parsing.
void add_source_flags(CLI::App& command, SourceFlags& flags);

/// The cache folder: the one that was named, else the user's.
std::filesystem::path cache_dir_of(const SourceFlags& flags);

/// What is to be read.
struct Source {
  image::Target target;
  scan::ScanOptions options; ///< without progress
};

base::Result<Source> source_of(const SourceFlags& flags);

} // namespace portique::cli
