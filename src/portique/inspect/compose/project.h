#pragma once

// A Compose file as docker compose sees it: `extends` resolved, variables filled in.
// https://github.com/compose-spec/compose-spec

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/inspect/config_files/yaml_access.h"

namespace portique::inspect::compose {

using Environment = std::map<std::string, std::string, std::less<>>;

struct Service {
  std::string name;
  YamlNode node; ///< what was inherited has the place of the `extends`
  model::LineRange lines;
};

struct Project {
  std::vector<Service> services;
  YamlNode root;
  bool partial = false; ///< an override file: what it does not say stands elsewhere
  std::vector<std::string> problems;
};

/// The tree of another file of the same run by its path, or nullptr.
using OtherFile = std::function<const YamlNode*(std::string_view path)>;

/// `path` of the file itself; files that it extends are asked for relative to its folder.
Project read_project(const YamlNode& root,
                     std::string_view path,
                     const Environment& environment,
                     const OtherFile& other,
                     const base::Limits& limits);

/// The lines NAME=value of an .env file.
Environment read_environment(std::string_view text);

/// $NAME and ${NAME} with :- - :+ + :? ?; "$$" is a dollar sign. A variable without a value stays
/// as it is written.
std::string interpolate(std::string_view text, const Environment& environment);

/// "a/b/../c" as "a/c"; "" for what leads out of the folder that is checked. A `folder` that begins
/// with ".." keeps that.
std::string normal_path(std::string_view folder, std::string_view path);

} // namespace portique::inspect::compose
