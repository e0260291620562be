// From modules to packages. Decisions that the build information leaves open:
// - The version "(devel)" says that somebody built what lay in a folder. It may still stand among
//   the linker's flags; the revision of the sources is no version that advisories could be
//   compared with, so it is not made into one.
// - A replacement in a folder has no version. Its code began as the module's that it stands in for,
//   so that one's version is kept, unless it is the "v0.0.0" of modules that only live in one tree.
// - Programs built without modules (GOPATH) name their main package only. On the forges whose
//   modules are named after repositories the module's path follows from it.

#include "portique/inventory/go/go_packages.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "portique/base/text.h"
#include "portique/inventory/declared_packages.h"

namespace portique::inventory {

namespace {

constexpr std::string_view kFromFolder = "(devel)";
constexpr std::string_view kFromFiles = "command-line-arguments";

/// A version that says something.
std::string known_version(std::string_view version) {
  return version == kFromFolder ? std::string() : std::string(version);
}

bool is_folder(const GoModule& module) {
  return module.version.empty() || module.version == kFromFolder || module.path.starts_with('.') ||
         module.path.starts_with('/');
}

/// "github.com/owner/repository/cmd/program" -> "github.com/owner/repository"; elsewhere what
/// stands before the folder in which programs lie by custom.
std::string_view module_of_path(std::string_view path) {
  constexpr std::array<std::string_view, 3> kForges{"github.com/", "gitlab.com/", "bitbucket.org/"};
  if (std::ranges::none_of(kForges,
                           [&](std::string_view forge) { return path.starts_with(forge); }))
    return path.substr(0, path.find("/cmd/"));
  std::size_t end = path.find('/');
  for (int i = 0; i < 2 && end != std::string_view::npos; ++i)
    end = path.find('/', end + 1);
  if (end == std::string_view::npos) return path;
  // A major version from 2 on is part of the module's path.
  const std::string_view next = path.substr(end + 1, path.find('/', end + 1) - end - 1);
  const auto major =
      next.starts_with('v') ? base::parse_int<unsigned>(next.substr(1)) : std::nullopt;
  return path.substr(0, major && *major >= 2 ? end + 1 + next.size() : end);
}

/// The command line in its words; quotes hold blanks together.
std::vector<std::string> words_of(std::string_view flags) {
  std::vector<std::string> words;
  std::optional<std::string> word;
  char quote = '\0';
  for (const char c : flags) {
    if (quote != '\0') {
      if (c == quote)
        quote = '\0';
      else
        *word += c;
      continue;
    }
    if (base::is_space(c)) {
      if (word) words.push_back(*std::exchange(word, std::nullopt));
      continue;
    }
    if (!word) word.emplace();
    if (c == '"' || c == '\'')
      quote = c;
    else
      *word += c;
  }
  if (word) words.push_back(*word);
  return words;
}

/// How surely a variable holds the version of the program; 0: not at all.
int version_rank(std::string_view variable) {
  constexpr std::array<std::string_view, 12> kNames{"tag",
                                                    "gittag",
                                                    "buildtag",
                                                    "releasetag",
                                                    "gitdescribe",
                                                    "semver",
                                                    "currentversion",
                                                    "appversion",
                                                    "buildversion",
                                                    "releaseversion",
                                                    "gitversion",
                                                    "version"};
  const auto found = std::ranges::find(kNames, base::to_lower(variable));
  return found == kNames.end() ? 0 : static_cast<int>(found - kNames.begin()) + 1;
}

/// "1.2.3", "v1.2.3-rc.1" and "tool/v1.2.3" as "v1.2.3"; "" if it is no such version.
std::string as_go_version(std::string_view value) {
  value = value.substr(value.rfind('/') + 1);
  if (value.starts_with('v')) value.remove_prefix(1);
  std::string_view rest = value;
  for (int i = 0; i < 3; ++i) {
    std::size_t digits = 0;
    while (digits < rest.size() && base::is_digit(rest[digits]))
      ++digits;
    if (digits == 0) return {};
    rest.remove_prefix(digits);
    if (i == 2) break;
    if (!rest.starts_with('.')) return {};
    rest.remove_prefix(1);
  }
  const bool fits = std::ranges::all_of(rest, [](char c) {
    return base::is_alnum(c) || c == '.' || c == '-' || c == '+' || c == '~' || c == '_';
  });
  return fits ? "v" + std::string(value) : std::string();
}

bool belongs_to(std::string_view package, std::string_view module) {
  if (package == "main") return true;
  // Kubernetes keeps its version in a module of its own tree.
  if (module == "k8s.io/kubernetes" && package.ends_with("k8s.io/component-base/version"))
    return true;
  return !module.empty() && package.starts_with(module) &&
         (package.size() == module.size() || package[module.size()] == '/');
}

/// "go1.22.3 X:boringcrypto" -> "1.22.3"; "devel go1.23-4f6c2d Mon ..." -> "1.23-4f6c2d".
std::string language_version(std::string_view go_version) {
  while (!go_version.empty()) {
    const std::string_view word = base::take_until(go_version, ' ');
    if (word.starts_with("go") && word.size() > 2 && base::is_digit(word[2]))
      return std::string(word.substr(2));
  }
  return {};
}

std::optional<model::Package> main_package(const GoBuildInfo& info) {
  if (info.main && info.main->module.path != kFromFiles) {
    model::Package package = go_package_of(*info.main);
    if (package.version.empty())
      package.version = version_of_linker_flags(info.linker_flags, info.main->module.path);
    return package;
  }
  if (info.main || info.path.empty() || info.path == kFromFiles || info.path.starts_with("cmd/"))
    return std::nullopt;
  const std::string_view module = module_of_path(info.path);
  return go_package(module, version_of_linker_flags(info.linker_flags, module));
}

} // namespace

model::Package go_package(std::string_view module_path, std::string_view version) {
  const std::size_t slash = module_path.rfind('/');
  const bool is_split = slash != std::string_view::npos;
  return {.type = "golang",
          .ns = is_split ? std::string(module_path.substr(0, slash)) : std::string(),
          .name = std::string(is_split ? module_path.substr(slash + 1) : module_path),
          .version = std::string(version)};
}

model::Package go_package_of(const GoDependency& dependency) {
  const GoModule& module = dependency.module;
  const bool replaced = dependency.replacement && !is_folder(*dependency.replacement);
  const GoModule& built = replaced ? *dependency.replacement : module;
  std::string version = known_version(built.version);
  if (dependency.replacement && !replaced && version == "v0.0.0") version.clear();
  model::Package package = go_package(built.path, version);
  const bool has_own_content = !dependency.replacement || replaced;
  if (const std::string hash = hash_of_go_sum(built.sum); has_own_content && !hash.empty())
    package.hashes.push_back(hash);
  return package;
}

std::string hash_of_go_sum(std::string_view sum) {
  constexpr std::string_view kForm = "h1:";
  if (!sum.starts_with(kForm)) return {};
  const auto bytes = base::from_base64(sum.substr(kForm.size()));
  if (!bytes || bytes->size() != 32) return {};
  return "sha256:" + base::to_hex(*bytes);
}

std::string version_of_linker_flags(std::string_view flags, std::string_view main_module) {
  std::string best;
  int best_rank = 0;
  const auto words = words_of(flags);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view setting = words[i];
    while (setting.starts_with("--"))
      setting.remove_prefix(1);
    if (setting == "-X" && i + 1 < words.size())
      setting = words[++i];
    else if (setting.starts_with("-X="))
      setting.remove_prefix(3);
    else
      continue;
    const std::string_view variable = base::take_until(setting, '=');
    const std::size_t dot = variable.rfind('.');
    if (dot == std::string_view::npos || !belongs_to(variable.substr(0, dot), main_module))
      continue;
    const int rank = version_rank(variable.substr(dot + 1));
    if (rank <= best_rank) continue;
    if (std::string version = as_go_version(setting); !version.empty()) {
      best = std::move(version);
      best_rank = rank;
    }
  }
  return best;
}

void add_go_packages(const GoBuildInfo& info, Analysis& analysis) {
  std::vector<model::Package> packages;
  for (const GoDependency& dependency : info.dependencies)
    packages.push_back(go_package_of(dependency));
  const std::string go = language_version(info.go_version);
  packages.push_back(go_package("stdlib", go));
  if (info.path == "cmd/go") packages.push_back(go_package("toolchain", go));
  if (auto main = main_package(info)) {
    for (const model::Package& package : packages)
      main->dependencies.push_back(dependency_text(package));
    analysis.packages.push_back(std::move(*main));
  }
  std::ranges::move(packages, std::back_inserter(analysis.packages));
}

} // namespace portique::inventory
