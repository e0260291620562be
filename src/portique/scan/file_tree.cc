#include "portique/scan/file_tree.h"

#include <algorithm>
#include <set>

#include "portique/archive/layer_path.h"

namespace portique::scan {

namespace {

/// As deep as Linux follows symbolic links.
constexpr int kLinkDepth = 40;

/// Erases every key that begins with "folder/".
template <typename Map> void erase_below(Map& map, const std::string& folder) {
  const std::string first = folder.empty() ? std::string{} : folder + "/";
  auto from = map.lower_bound(first);
  while (from != map.end() && from->first.starts_with(first))
    from = map.erase(from);
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

void FileTree::remove(const std::string& path) {
  files_.erase(path);
  links_.erase(path);
  remove_below(path);
}

void FileTree::remove_below(const std::string& folder) {
  erase_below(files_, folder);
  erase_below(links_, folder);
}

void FileTree::add(std::int32_t layer, const LayerEvidence& evidence) {
  for (const std::string& path : evidence.removed)
    remove(path);
  for (const std::string& folder : evidence.emptied)
    remove_below(folder);
  for (const Link& link : evidence.links) {
    // A link where a folder or file was takes its place.
    remove(link.path);
    links_[link.path] = &link;
  }
  for (const FileEvidence& file : evidence.files) {
    // A real file makes real folders of all above it.
    for (std::size_t slash = file.path.find('/'); slash != std::string::npos;
         slash = file.path.find('/', slash + 1))
      links_.erase(file.path.substr(0, slash));
    links_.erase(file.path);
    files_[file.path].push_back({layer, &file});
  }
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
