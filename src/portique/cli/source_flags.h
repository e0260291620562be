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

/// What the help says of a TARGET.
std::string target_help();

/// --platform, --include-declared, --cache-dir, --no-cache, --offline, --quiet, and how
/// registries are reached. `flags` must outlive the parsing.
void add_source_flags(CLI::App& command, SourceFlags& flags);

/// The cache folder: the one that was named, else the user's.
std::filesystem::path cache_dir_of(const SourceFlags& flags);

/// A target as the user named it.
struct NamedTarget {
  std::string name;
  image::Target target;
};

base::Result<NamedTarget> named_target(const std::string& name);

/// How it is to be read, without progress.
base::Result<scan::ScanOptions> scan_options_of(const SourceFlags& flags);

} // namespace portique::cli
