// XDG Base Directory Specification 0.8: variables that are empty or relative are ignored.

#include "portique/cli/locations.h"

#include <cstdlib>
#include <string>

#include <unistd.h>

namespace portique::cli {

namespace {

std::filesystem::path from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::filesystem::path() : std::filesystem::path(value);
}

} // namespace

std::filesystem::path default_cache_dir() {
  if (auto own = from_environment("PORTIQUE_CACHE_DIR"); !own.empty()) return own;
  if (auto cache = from_environment("XDG_CACHE_HOME"); cache.is_absolute())
    return cache / "portique";
  if (auto home = from_environment("HOME"); home.is_absolute()) return home / ".cache/portique";
  std::error_code error;
  const auto temporary = std::filesystem::temp_directory_path(error);
  return temporary / ("portique-cache-" + std::to_string(::getuid()));
}

std::filesystem::path default_database(const std::filesystem::path& cache_dir) {
  if (auto own = from_environment("PORTIQUE_DB"); !own.empty()) return own;
  return cache_dir / "db" / "portique.lmdb";
}

} // namespace portique::cli
