// Whiteouts: https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
#include "portique/archive/layer_path.h"

#include <algorithm>

namespace portique::archive {

namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";

void drop_last_component(std::string& path) {
  const std::size_t slash = path.rfind('/');
  path.resize(slash == std::string::npos ? 0 : slash);
}

bool is_clean(std::string_view raw) {
  // Nothing to do where no component is empty or begins with a dot.
  if (raw.empty() || raw.front() == '/' || raw.front() == '.' || raw.back() == '/') return false;
  return raw.find("//") == std::string_view::npos && raw.find("/.") == std::string_view::npos;
}

} // namespace

void clean_path(std::string_view raw, std::string& out) {
  if (raw.starts_with("./")) raw.remove_prefix(2); // how `tar -C dir .` begins each path
  if (raw.ends_with('/')) raw.remove_suffix(1);
  if (is_clean(raw)) {
    out.assign(raw);
    return;
  }
  out.clear();
  while (!raw.empty()) {
    const std::size_t slash = std::min(raw.find('/'), raw.size());
    const std::string_view component = raw.substr(0, slash);
    raw.remove_prefix(std::min(slash + 1, raw.size()));
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      drop_last_component(out);
      continue;
    }
    if (!out.empty()) out += '/';
    out += component;
  }
}

Whiteout whiteout_of(std::string_view clean, std::string& buffer) {
  const std::size_t slash = clean.rfind('/');
  const std::size_t name_at = slash == std::string_view::npos ? 0 : slash + 1;
  const std::string_view name = clean.substr(name_at);
  if (!name.starts_with(kWhiteout)) return {};
  const std::string_view folder = clean.substr(0, name_at == 0 ? 0 : name_at - 1);
  if (name == kOpaque) {
    buffer.assign(folder);
    return {.kind = WhiteoutKind::Opaque, .path = buffer};
  }
  const std::string_view removed = name.substr(kWhiteout.size());
  // ".wh." and ".wh.." name no file of the folder: nothing is removed by them.
  if (removed.empty() || removed == "." || removed == "..") return {};
  buffer.assign(clean.substr(0, name_at));
  buffer += removed;
  return {.kind = WhiteoutKind::File, .path = buffer};
}

} // namespace portique::archive
