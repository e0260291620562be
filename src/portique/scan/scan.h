#pragma once

// The pipeline: target -> layers -> evidence -> packages -> findings -> report.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "portique/advisory/database.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/image/image_source.h"
#include "portique/image/registry_options.h"
#include "portique/image/target.h"
#include "portique/model/report.h"
#include "portique/scan/content_search.h"

namespace portique::scan {

struct ScanOptions {
  image::Selection selection;
  std::filesystem::path cache_dir; ///< empty: no layer cache
  base::Limits limits;
  image::RegistryOptions registry;
  unsigned threads = 2; ///< layers read at the same time
  base::Time now;
  ContentSearch contents; ///< what is looked for in files; shared with the reader, which is forked
  bool vulnerabilities = true; ///< packages are matched with the advisories
  bool declared = false;       ///< in an image, lock files and manifests count, too
  bool kernel_headers = false; ///< advisories of the kernel count for its headers
  /// Told how many of the layers are read; may be empty.
  std::function<void(std::size_t done, std::size_t all)> progress;
};

/// Reads the target in a sandboxed child: a report without a database and without vulnerabilities.
base::Result<model::Report>
take_inventory(const image::Target& target, std::string_view name, const ScanOptions& options);

/// Reads the target in a sandboxed child and matches its packages. Errors mean that there is no
/// report; what is merely incomplete stands in Report::issues.
base::Result<model::Report> scan(const image::Target& target,
                                 std::string_view name,
                                 const advisory::Database& database,
                                 const ScanOptions& options);

} // namespace portique::scan
