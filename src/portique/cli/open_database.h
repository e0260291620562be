#pragma once

#include <string>

#include "portique/advisory/database.h"
#include "portique/base/result.h"
#include "portique/cli/source_flags.h"

namespace CLI {
class App;
}

namespace portique::cli {

/// --db. `file` must outlive the parsing.
void add_database_flag(CLI::App& command, std::string& file);

/// The database that was named, else the one that `db update` keeps, else the one inside the
/// program.
base::Result<advisory::Database> open_database(const std::string& file, const SourceFlags& flags);

} // namespace portique::cli
