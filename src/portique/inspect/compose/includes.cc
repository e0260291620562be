#include "portique/inspect/compose/includes.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/base/text.h"

namespace portique::inspect::compose {

namespace {

/// A real project includes some tens of files.
constexpr std::size_t kMostEntries = 1000;
/// ... each with one file of variables, or two.
constexpr std::size_t kMostEnvironmentFiles = 8;

/// One text or a list of them, without those that are empty.
std::vector<std::string_view> texts(const YamlNode* node) {
  std::vector<std::string_view> out;
  if (!text(node).empty()) out.push_back(text(node));
  for (const YamlNode& item : items(node))
    if (!text(&item).empty()) out.push_back(text(&item));
  return out;
}

/// "oci://registry/x", "https://...", "git@host:...": compose fetches these.
bool is_remote(std::string_view path) {
  return path.contains("://") || path.starts_with("git@") || path.starts_with("github.com/");
}

/// The folder of a path, with its final slash; "" for the folder that is checked.
std::string_view folder_of(std::string_view path) {
  return path.substr(0, path.rfind('/') + 1);
}

class IncludeReader {
public:
  IncludeReader(std::string_view path, const Environment& environment)
      : folder_(folder_of(path)), environment_(&environment) {}

  Includes read(const YamlNode& root) {
    const YamlNode* list = root.find("include");
    std::size_t entries = 0;
    for (const YamlNode& entry : items(list)) {
      if (++entries > kMostEntries) {
        problem(entry, "too much is included; the rest is left out");
        break;
      }
      add(entry);
    }
    return std::move(includes_);
  }

private:
  void problem(const YamlNode& node, std::string_view message) {
    includes_.problems.push_back(fmt::format("line {}: {}", node.place.line, message));
  }

  /// "" with a problem for what is not in the folder that is checked.
  std::string inside(const YamlNode& entry, std::string_view written) {
    const std::string path = interpolate(written, *environment_);
    if (is_remote(path)) {
      problem(entry,
              "what is included lies on another machine and is not read: " +
                  base::printable(path.substr(0, 200)));
      return {};
    }
    std::string normal = normal_path(folder_, path);
    if (normal.empty())
      problem(entry,
              "what is included lies outside of the folder that is checked: " +
                  base::printable(path.substr(0, 200)));
    return normal;
  }

  void add(const YamlNode& entry) {
    Include include;
    include.line = entry.place.line;
    for (const std::string_view path : texts(entry.is_scalar() ? &entry : entry.find("path")))
      if (std::string file = inside(entry, path); !file.empty())
        include.files.push_back(std::move(file));
    if (include.files.empty()) return;
    for (const std::string_view path : texts(entry.find("env_file")))
      if (std::string file = inside(entry, path); !file.empty())
        include.environment_files.push_back(std::move(file));
    if (include.environment_files.size() > kMostEnvironmentFiles) {
      problem(entry, "too many files of variables; the rest is left out");
      include.environment_files.resize(kMostEnvironmentFiles);
    }
    if (entry.find("env_file") == nullptr) {
      const std::string_view given = text(entry.find("project_directory"));
      std::string folder = given.empty() ? std::string(folder_of(include.files.front()))
                                         : normal_path(folder_, interpolate(given, *environment_));
      if (!folder.empty() && !folder.ends_with('/')) folder += '/';
      include.environment_files.push_back(folder + ".env");
    }
    includes_.entries.push_back(std::move(include));
  }

  std::string_view folder_;
  const Environment* environment_;
  Includes includes_;
};

/// Takes away, again and again, the files that no edge leads to.
void drop_ends(IncludeGraph& graph) {
  std::map<std::string, std::size_t, std::less<>> incoming;
  for (const auto& [from, targets] : graph) {
    incoming.try_emplace(from, 0);
    for (const std::string& to : targets)
      ++incoming[to];
  }
  std::vector<std::string> ends;
  for (const auto& [file, count] : incoming)
    if (count == 0) ends.push_back(file);
  while (!ends.empty()) {
    const auto found = graph.find(ends.back());
    ends.pop_back();
    if (found == graph.end()) continue;
    for (const std::string& to : found->second)
      if (--incoming[to] == 0) ends.push_back(to);
    graph.erase(found);
  }
}

IncludeGraph reversed(const IncludeGraph& graph) {
  IncludeGraph back;
  for (const auto& [from, targets] : graph)
    for (const std::string& to : targets)
      back[to].insert(from);
  return back;
}

} // namespace

Includes
read_includes(const YamlNode& root, std::string_view path, const Environment& environment) {
  return IncludeReader(path, environment).read(root);
}

std::set<std::string> files_in_cycles(const IncludeGraph& graph) {
  // What is left has an edge to it and one from it.
  IncludeGraph left = graph;
  drop_ends(left);
  left = reversed(left);
  drop_ends(left);
  std::set<std::string> files;
  for (const auto& [file, targets] : left)
    files.insert(file);
  return files;
}

} // namespace portique::inspect::compose
