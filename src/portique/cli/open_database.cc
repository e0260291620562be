#include "portique/cli/open_database.h"

#include <CLI/CLI.hpp>

#include "portique/advisory/starter.h"
#include "portique/cli/locations.h"

namespace portique::cli {

namespace fs = std::filesystem;

void add_database_flag(CLI::App& command, std::string& file) {
  command.add_option("--db", file, "The advisory database to use")
      ->envname("PORTIQUE_DB")
      ->type_name("FILE");
}

base::Result<advisory::Database> open_database(const std::string& file, const SourceFlags& flags) {
  if (!file.empty()) return advisory::Database::open(file);
  auto database = advisory::Database::open(default_database(cache_dir_of(flags)));
  if (database || database.error().code() != base::Code::NotFound) return database;
  return advisory::open_starter(flags.no_cache ? fs::path{} : cache_dir_of(flags));
}

} // namespace portique::cli
