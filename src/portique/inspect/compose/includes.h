#pragma once

// What a Compose file includes: https://docs.docker.com/reference/compose-file/include/

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "portique/inspect/compose/project.h"
#include "portique/inspect/config_files/yaml_access.h"

namespace portique::inspect::compose {

/// One entry of `include:`. Paths are from the folder that is checked.
struct Include {
  std::vector<std::string> files;
  std::vector<std::string> environment_files; ///< without `env_file` the .env of its project folder
  std::uint32_t line = 0;
};

struct Includes {
  std::vector<Include> entries;
  std::vector<std::string> problems; ///< what lies outside of the folder or on another machine
};

/// `path` of the file itself; variables in what it includes are filled in.
Includes read_includes(const YamlNode& root, std::string_view path, const Environment& environment);

/// Which file includes which.
using IncludeGraph = std::map<std::string, std::set<std::string>, std::less<>>;

/// The files that include themselves, some by way of others.
std::set<std::string> files_in_cycles(const IncludeGraph& graph);

} // namespace portique::inspect::compose
