#pragma once

// Where things lie on the user's machine.

#include <filesystem>

namespace portique::cli {

/// PORTIQUE_CACHE_DIR, else $XDG_CACHE_HOME/portique, else ~/.cache/portique; a folder below the
/// temporary folder that carries the user's number if there is no home. Need not exist.
std::filesystem::path default_cache_dir();

/// PORTIQUE_DB, else db/portique.lmdb below the cache folder. Need not exist.
std::filesystem::path default_database(const std::filesystem::path& cache_dir);

} // namespace portique::cli
