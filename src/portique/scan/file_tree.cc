#include "portique/scan/file_tree.h"

#include <algorithm>
#include <set>
#include <utility>

#include "portique/archive/layer_path.h"

namespace portique::scan {

namespace {

/// As deep as Linux follows symbolic links.
constexpr int kLinkDepth = 40;

/// Where the keys that begin with "folder/" lie.
template <typename Map> auto range_below(Map& map, const std::string& folder) {
  const std::string first = folder.empty() ? std::string{} : folder + "/";
  auto from = map.lower_bound(first);
  // '0' is the character after '/'.
  auto to = folder.empty() ? map.end() : map.lower_bound(folder + "0");
  return std::pair(from, to);
}

template <typename Map> void erase_below(Map& map, const std::string& folder) {
  const auto [from, to] = range_below(map, folder);
  map.erase(from, to);
}

template <typename Map>
void collect_children(const Map& map, const std::string& prefix, std::set<std::string>& names) {
  for (auto at = map.lower_bound(prefix); at != map.end() && at->first.starts_with(prefix);) {
    const std::string_view rest = std::string_view(at->first).substr(prefix.size());
    const std::string name(rest.substr(0, rest.find('/')));
    names.insert(name);
    // '0' is the character after '/': all that lies below the child is passed over.
    at = rest.size() == name.size() ? std::next(at) : map.lower_bound(prefix + name + "0");
  }
}

/// "a/b" + "../c" -> "a/c"; an absolute target counts from the image's root.
std::string follow(std::string_view link_path, std::string_view target, std::string_view rest) {
  std::string joined;
  if (!target.starts_with('/')) {
    const std::size_t slash = link_path.rfind('/');
    if (slash != std::string_view::npos) joined = link_path.substr(0, slash + 1);
  }
  joined += target;
  joined += '/';
  joined += rest;
  std::string clean;
  archive::clean_path(joined, clean);
  return clean;
}

} // namespace

FileTree::FileTree(std::span<const LayerEvidence> layers) {
  std::int32_t index = 0;
  for (const LayerEvidence& layer : layers)
    add(index++, layer);
}

void FileTree::forget_file(std::int32_t layer, std::string_view path) {
  const auto file = files_.find(path);
  if (file == files_.end()) return;
  removed_.push_back({file->second.back(), layer});
  files_.erase(file);
}

void FileTree::remove(std::int32_t layer, const std::string& path) {
  forget_file(layer, path);
  programs_.erase(path);
  links_.erase(path);
  remove_below(layer, path);
}

void FileTree::remove_below(std::int32_t layer, const std::string& folder) {
  const auto [from, to] = range_below(files_, folder);
  for (auto file = from; file != to; ++file)
    removed_.push_back({file->second.back(), layer});
  files_.erase(from, to);
  erase_below(programs_, folder);
  erase_below(links_, folder);
}

/// A file makes real folders of all above it.
void FileTree::make_folders_real(std::string_view path) {
  if (links_.empty()) return;
  for (std::size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1))
    if (const auto link = links_.find(path.substr(0, slash)); link != links_.end())
      links_.erase(link);
  if (const auto link = links_.find(path); link != links_.end()) links_.erase(link);
}

void FileTree::add_files(std::int32_t layer, const LayerEvidence& evidence) {
  for (const FileEvidence& file : evidence.files) {
    make_folders_real(file.path);
    if (!programs_.empty()) programs_.erase(file.path);
    files_[file.path].push_back({layer, &file});
  }
  for (const Program& program : evidence.programs) {
    make_folders_real(program.path);
    forget_file(layer, program.path);
    programs_[program.path] = {layer, program.executable};
  }
}

void FileTree::add(std::int32_t layer, const LayerEvidence& evidence) {
  for (const std::string& path : evidence.removed)
    remove(layer, path);
  for (const std::string& folder : evidence.emptied)
    remove_below(layer, folder);
  for (const Link& link : evidence.links) {
    // A link where a folder or file was takes its place.
    remove(layer, link.path);
    links_[link.path] = &link;
  }
  add_files(layer, evidence);
}

std::optional<std::string> FileTree::resolve(std::string_view path) const {
  std::string current;
  archive::clean_path(path, current);
  for (int depth = 0; depth < kLinkDepth; ++depth) {
    const Link* link = nullptr;
    std::size_t end = 0;
    while (link == nullptr && end != std::string::npos) {
      end = current.find('/', end == 0 ? 0 : end + 1);
      const auto found = links_.find(std::string_view(current).substr(0, end));
      if (found != links_.end()) link = found->second;
    }
    if (link == nullptr) return current;
    const std::string_view rest =
        end == std::string::npos ? std::string_view{} : std::string_view(current).substr(end + 1);
    current = follow(link->path, link->hard ? "/" + link->target : link->target, rest);
  }
  return std::nullopt;
}

std::span<const FileVersion> FileTree::versions(std::string_view resolved) const {
  const auto file = files_.find(resolved);
  if (file == files_.end()) return {};
  return file->second;
}

std::vector<std::string> FileTree::children(std::string_view folder) const {
  const std::string prefix = folder.empty() ? std::string{} : std::string(folder) + "/";
  std::set<std::string> names;
  collect_children(files_, prefix, names);
  collect_children(links_, prefix, names);
  return {names.begin(), names.end()};
}

} // namespace portique::scan
