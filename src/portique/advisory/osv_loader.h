#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "portique/advisory/database_builder.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::advisory {

struct LoadSummary {
  std::uint64_t records = 0;
  std::uint64_t withdrawn = 0;
  std::uint64_t refused = 0;
  std::vector<std::string> reasons; ///< of the first refused records, "file: why"
  std::optional<base::Time> newest; ///< latest `modified`
};

struct LoadOptions {
  /// May be empty; is told the number of records so far.
  std::function<void(std::uint64_t)> progress;
  /// Members of zips that are left out, because a newer record of that name is loaded elsewhere.
  std::set<std::string, std::less<>> replaced;
};

/// Reads OSV records from a folder laid out like the public export (<Ecosystem>/all.zip), from a
/// single zip, from a .json file, or from a folder of .json files, whatever `path` is. A record
/// that cannot be read is counted and told; a zip that cannot be read is an error.
base::Result<LoadSummary> load_osv(const std::filesystem::path& path,
                                   DatabaseBuilder& builder,
                                   const base::Limits& limits,
                                   const LoadOptions& options);

} // namespace portique::advisory
