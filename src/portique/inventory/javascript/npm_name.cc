// Names: https://docs.npmjs.com/cli/v10/configuring-npm/package-json#name, specifiers:
// https://docs.npmjs.com/cli/v10/using-npm/package-spec, hashes: https://www.w3.org/TR/SRI/
#include "portique/inventory/javascript/npm_name.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "portique/base/text.h"

namespace portique::inventory {

namespace {

/// npm takes names of up to 214 characters; old ones may be longer.
constexpr std::size_t kLongestName = 512;
/// Addresses of git repositories stand where versions do.
constexpr std::size_t kLongestVersion = 4096;

} // namespace

std::optional<model::Package> npm_package(std::string_view full_name, std::string_view version) {
  model::Package package{.type = "npm"};
  std::string_view name = full_name;
  if (full_name.starts_with('@')) {
    const std::size_t slash = full_name.find('/');
    if (slash == std::string_view::npos || slash < 2) return std::nullopt;
    package.ns = full_name.substr(0, slash);
    name = full_name.substr(slash + 1);
  }
  if (!base::is_word(full_name) || full_name.size() > kLongestName || name.empty() ||
      name.contains('/') || name.starts_with('.') || !base::is_word(version) ||
      version.size() > kLongestVersion) {
    return std::nullopt;
  }
  package.name = name;
  package.version = version;
  return package;
}

NpmRequest npm_request(std::string_view text) {
  const std::size_t at = text.find('@', 1);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::string_view real_npm_name(const NpmRequest& request) {
  if (!request.range.starts_with("npm:")) return request.name;
  const std::string_view target = request.range.substr(4);
  // "npm:^1.0" renames nothing; only "npm:other" and "npm:other@^1.0" do.
  const bool is_name = target.starts_with('@') ||
                       (!target.empty() && base::is_alpha(target[0]) && target.contains('@'));
  return is_name ? npm_request(target).name : request.name;
}

bool is_own_folder(std::string_view range) {
  for (const std::string_view protocol : {"link:", "portal:", "workspace:", "root:"})
    if (range.starts_with(protocol)) return true;
  if (!range.starts_with("file:")) return false;
  const std::string_view path = range.substr(0, range.find_first_of("#:", 5));
  return !path.ends_with(".tgz") && !path.ends_with(".tar.gz") && !path.ends_with(".tar");
}

bool is_npm_place(std::string_view place) {
  constexpr std::size_t kLongest = 4096; // PATH_MAX of Linux
  constexpr std::size_t kDeepest = 100;  // folders; real trees stay under 40
  return place.size() <= kLongest && std::ranges::count(place, '/') <= std::ptrdiff_t{kDeepest};
}

std::vector<std::string> npm_hashes(std::string_view integrity) {
  constexpr std::array<std::pair<std::string_view, std::size_t>, 4> kAlgorithms{
      {{"sha512", 64}, {"sha384", 48}, {"sha256", 32}, {"sha1", 20}}};
  std::vector<std::string> hashes;
  for (std::string_view part : base::split(integrity, ' ')) {
    part = part.substr(0, part.find('?')); // options
    for (const auto& [algorithm, size] : kAlgorithms) {
      if (!part.starts_with(algorithm) || !part.substr(algorithm.size()).starts_with('-')) continue;
      const auto bytes = base::from_base64(part.substr(algorithm.size() + 1));
      if (bytes && bytes->size() == size)
        hashes.push_back(std::string(algorithm) + ":" + base::to_hex(*bytes));
    }
  }
  return hashes;
}

bool is_below_node_modules(std::string_view path) {
  return path.starts_with("node_modules/") || path.contains("/node_modules/");
}

} // namespace portique::inventory
