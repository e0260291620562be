// The families of catalogers, and the matcher built from their tables. The matcher is asked for
// every path of every layer and nearly always says no: the last byte of the last component, of its
// parent and of its extension decide most of that, a hash (length and three bytes) nearly all of
// the rest, before any pattern is read.

#include "portique/inventory/catalogers.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/cpp/catalogers.h"
#include "portique/inventory/dart/catalogers.h"
#include "portique/inventory/dotnet/catalogers.h"
#include "portique/inventory/erlang/catalogers.h"
#include "portique/inventory/executable/catalogers.h"
#include "portique/inventory/github_actions/catalogers.h"
#include "portique/inventory/go/catalogers.h"
#include "portique/inventory/haskell/catalogers.h"
#include "portique/inventory/java/catalogers.h"
#include "portique/inventory/javascript/catalogers.h"
#include "portique/inventory/julia/catalogers.h"
#include "portique/inventory/lua/catalogers.h"
#include "portique/inventory/os/catalogers.h"
#include "portique/inventory/php/catalogers.h"
#include "portique/inventory/python/catalogers.h"
#include "portique/inventory/r/catalogers.h"
#include "portique/inventory/ruby/catalogers.h"
#include "portique/inventory/rust/catalogers.h"
#include "portique/inventory/swift/catalogers.h"
#include "portique/inventory/wordpress/catalogers.h"

namespace portique::inventory {

namespace {

constexpr std::array kFamilies{
    CatalogerFamily{"os", "Distributions", kOsCatalogers},
    CatalogerFamily{"cpp", "C and C++", kCppCatalogers},
    CatalogerFamily{"dart", "Dart", kDartCatalogers},
    CatalogerFamily{"dotnet", ".NET", kDotnetCatalogers},
    CatalogerFamily{"executable", "Programs and libraries", kExecutableCatalogers},
    CatalogerFamily{"erlang", "Elixir and Erlang", kErlangCatalogers},
    CatalogerFamily{"github_actions", "GitHub Actions", kGithubActionsCatalogers},
    CatalogerFamily{"go", "Go", kGoCatalogers},
    CatalogerFamily{"haskell", "Haskell", kHaskellCatalogers},
    CatalogerFamily{"java", "Java", kJavaCatalogers},
    CatalogerFamily{"javascript", "JavaScript", kJavascriptCatalogers},
    CatalogerFamily{"julia", "Julia", kJuliaCatalogers},
    CatalogerFamily{"lua", "Lua", kLuaCatalogers},
    CatalogerFamily{"php", "PHP", kPhpCatalogers},
    CatalogerFamily{"python", "Python", kPythonCatalogers},
    CatalogerFamily{"r", "R", kRCatalogers},
    CatalogerFamily{"ruby", "Ruby", kRubyCatalogers},
    CatalogerFamily{"rust", "Rust", kRustCatalogers},
    CatalogerFamily{"swift", "Swift", kSwiftCatalogers},
    CatalogerFamily{"wordpress", "WordPress", kWordpressCatalogers},
};

constexpr std::size_t kCatalogerCount = [] {
  std::size_t count = 0;
  for (const CatalogerFamily& family : kFamilies)
    count += family.catalogers.size();
  return count;
}();

constexpr std::array<Cataloger, kCatalogerCount> kCatalogers = [] {
  std::array<Cataloger, kCatalogerCount> all{};
  std::size_t next = 0;
  for (const CatalogerFamily& family : kFamilies)
    for (const Cataloger& cataloger : family.catalogers)
      all[next++] = cataloger;
  return all;
}();

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// Takes the last component off `path`, which keeps what stands before the slash.
std::string_view take_last(std::string_view& path) {
  const void* found = path.empty() ? nullptr : ::memrchr(path.data(), '/', path.size());
  const std::size_t start =
      found == nullptr
          ? 0
          : static_cast<std::size_t>(static_cast<const char*>(found) - path.data()) + 1;
  const std::string_view component = path.substr(start);
  path = path.substr(0, start == 0 ? 0 : start - 1);
  return component;
}

template <std::size_t kBuckets> std::size_t bucket_of(std::string_view component) {
  static_assert((kBuckets & (kBuckets - 1)) == 0);
  if (component.empty()) return 0;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(component[i]); };
  const std::size_t hash = component.size() * 67U + at(0) * 31U + at(component.size() / 2) * 7U +
                           at(component.size() - 1) * 129U;
  return hash % kBuckets;
}

std::size_t last_byte(std::string_view text) {
  return text.empty() ? 0 : static_cast<unsigned char>(text.back());
}

bool ends_like(std::string_view path, std::string_view ending) {
  while (!ending.empty()) {
    if (path.empty()) return false;
    const std::string_view wanted = take_last(ending);
    if (!base::fits_star(wanted, take_last(path))) return false;
  }
  return true;
}

/// From the last dot on; all of it if there is none.
std::string_view extension_of(std::string_view component) {
  const std::size_t dot = component.rfind('.');
  return dot == std::string_view::npos ? component : component.substr(dot);
}

} // namespace

std::span<const CatalogerFamily> cataloger_families() {
  return kFamilies;
}

std::string catalogers_markdown() {
  std::string text;
  for (const CatalogerFamily& family : kFamilies) {
    text += fmt::format("### {}\n\n| cataloger | files | gives |\n|---|---|---|\n", family.name);
    for (const Cataloger& cataloger : family.catalogers)
      text += fmt::format("| `{}` | {} | {} |\n", cataloger.id, cataloger.files, cataloger.gives);
    text += '\n';
  }
  return text;
}

std::string ecosystems_markdown() {
  std::string text = "| | installed | asked for (lock files and manifests) |\n|---|---|---|\n";
  for (const CatalogerFamily& family : kFamilies) {
    std::string installed;
    std::string declared;
    for (const Cataloger& cataloger : family.catalogers) {
      std::string& files = cataloger.evidence == Evidence::Installed ? installed : declared;
      files += (files.empty() ? "" : "; ") + std::string(cataloger.files);
    }
    text += fmt::format("| {} | {} | {} |\n", family.name, installed, declared);
  }
  return text;
}

std::span<const Cataloger> catalogers() {
  return kCatalogers;
}

PathMatcher::PathMatcher() {
  std::vector<std::pair<std::string_view, Pattern>> last;
  std::vector<std::pair<std::string_view, Pattern>> parent;
  std::vector<std::pair<std::string_view, Pattern>> extension;
  for (std::size_t i = 0; i < kCatalogers.size(); ++i) {
    if (kCatalogers[i].executables && !executables_) executables_ = i;
    for (const std::string_view ending : kCatalogers[i].endings) {
      std::string_view rest = ending;
      const std::string_view component = take_last(rest);
      if (component == "*")
        parent.emplace_back(take_last(rest), Pattern{ending, i});
      else if (component.contains('*'))
        extension.emplace_back(extension_of(component), Pattern{ending, i});
      else
        last.emplace_back(component, Pattern{ending, i});
    }
  }
  by_last_ = make_index(std::move(last));
  by_parent_ = make_index(std::move(parent));
  by_extension_ = make_index(std::move(extension));
}

PathMatcher::Index
PathMatcher::make_index(std::vector<std::pair<std::string_view, Pattern>> keyed) {
  // Each bucket keeps the order of the table.
  std::ranges::sort(keyed, {}, [](const auto& entry) {
    return std::pair(bucket_of<kBuckets>(entry.first), entry.second.cataloger);
  });
  Index index;
  for (const auto& [key, pattern] : keyed) {
    index.patterns.push_back(pattern);
    ++index.first[bucket_of<kBuckets>(key) + 1];
    index.last_bytes.set(last_byte(key));
  }
  for (std::size_t i = 1; i <= kBuckets; ++i) {
    index.first[i] = static_cast<std::uint16_t>(index.first[i] + index.first[i - 1]);
  }
  return index;
}

std::size_t PathMatcher::best(const Index& index, std::string_view key, std::string_view path) {
  const std::size_t bucket = bucket_of<kBuckets>(key);
  for (std::size_t i = index.first[bucket]; i < index.first[bucket + 1]; ++i) {
    if (ends_like(path, index.patterns[i].ending)) return index.patterns[i].cataloger;
  }
  return kNone;
}

std::optional<std::size_t> PathMatcher::match(std::string_view clean_path) const {
  std::string_view rest = clean_path;
  const std::string_view last = take_last(rest);
  std::size_t found = kNone;
  if (by_last_.last_bytes[last_byte(last)]) found = best(by_last_, last, clean_path);
  if (by_parent_.last_bytes[last_byte(rest)])
    found = std::min(found, best(by_parent_, take_last(rest), clean_path));
  if (by_extension_.last_bytes[last_byte(last)])
    found = std::min(found, best(by_extension_, extension_of(last), clean_path));
  if (found == kNone) return std::nullopt;
  return found;
}

} // namespace portique::inventory
