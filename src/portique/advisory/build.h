#pragma once

// `portique db build`: from files on this machine to a database.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "portique/advisory/osv_loader.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::advisory {

struct BuildInputs {
  std::vector<std::filesystem::path> osv; ///< what load_osv() takes
  std::optional<std::filesystem::path> kev;
  std::optional<std::filesystem::path> epss; ///< plain or gzip
};

/// Builds `output` anew. On failure the file that is there stays as it was.
base::Result<LoadSummary> build_database(const BuildInputs& inputs,
                                         const std::filesystem::path& output,
                                         base::Time now,
                                         const base::Limits& limits,
                                         const std::function<void(std::uint64_t)>& progress);

/// Puts the content of a KEV catalogue or of EPSS scores (plain or gzip) into a builder, with its
/// FeedInfo; `source` is what the feed's entry names.
base::Result<void> add_kev_file(const std::filesystem::path& file,
                                const std::string& source,
                                const base::Limits& limits,
                                DatabaseBuilder& builder);
base::Result<void> add_epss_file(const std::filesystem::path& file,
                                 const std::string& source,
                                 const base::Limits& limits,
                                 DatabaseBuilder& builder);

} // namespace portique::advisory
