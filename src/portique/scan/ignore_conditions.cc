// Grype's rules: https://github.com/anchore/grype#specifying-matches-to-ignore; names and words of
// package types, languages and fix states are those of Syft and Grype.
#include "portique/scan/ignore_conditions.h"

#include <algorithm>
#include <array>

#include <re2/re2.h>

#include "portique/advisory/vex_match.h"
#include "portique/base/glob.h"
#include "portique/base/text.h"
#include "portique/model/purl_parse.h"

namespace portique::scan {

namespace {

/// What a user's pattern may take; the default of RE2 is 8 MiB.
constexpr std::int64_t kPatternMemory = 1 << 20;

struct TypeName {
  std::string_view type;     ///< of the purl
  std::string_view grype;    ///< of the package, as Syft calls it
  std::string_view language; ///< as Syft calls it
};

constexpr std::array kTypes{
    TypeName{"deb", "deb", ""},
    TypeName{"apk", "apk", ""},
    TypeName{"rpm", "rpm", ""},
    TypeName{"alpm", "alpm", ""},
    TypeName{"ebuild", "portage", ""},
    TypeName{"npm", "npm", "javascript"},
    TypeName{"pypi", "python", "python"},
    TypeName{"golang", "go-module", "go"},
    TypeName{"maven", "java-archive", "java"},
    TypeName{"gem", "gem", "ruby"},
    TypeName{"cargo", "rust-crate", "rust"},
    TypeName{"composer", "php-composer", "php"},
    TypeName{"nuget", "dotnet", "dotnet"},
    TypeName{"pub", "dart-pub", "dart"},
    TypeName{"cocoapods", "pod", "swift"},
    TypeName{"swift", "swift", "swift"},
    TypeName{"hex", "hex", "elixir"},
    TypeName{"hackage", "hackage", "haskell"},
    TypeName{"conan", "conan", "c++"},
    TypeName{"cran", "R-package", "R"},
    TypeName{"luarocks", "lua-rocks", "lua"},
    TypeName{"github", "github-action", ""},
    TypeName{"conda", "conda", "python"},
    TypeName{"bitnami", "bitnami", ""},
};

const TypeName* type_name(std::string_view type) {
  const auto found = std::ranges::find(kTypes, type, &TypeName::type);
  return found == kTypes.end() ? nullptr : &*found;
}

/// A name as it is, or a regular expression for all of it. "libstdc++" is the former only.
class NamePattern {
public:
  explicit NamePattern(const std::string& text) : text_(text) {
    if (text.find_first_of("^$*+?[](){}|\\") == std::string::npos) return;
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kPatternMemory);
    pattern_ = std::make_unique<RE2>(text, options);
  }

  [[nodiscard]] bool matches(const std::string& name) const {
    return name == text_ || (pattern_ && pattern_->ok() && RE2::FullMatch(name, *pattern_));
  }

private:
  std::string text_;
  std::unique_ptr<RE2> pattern_;
};

/// Paths are compared without the slash in front, whoever writes it.
std::string_view bare_path(std::string_view path) {
  if (path.starts_with("./")) path.remove_prefix(2);
  while (path.starts_with('/'))
    path.remove_prefix(1);
  return path;
}

std::string_view fix_state_in_grype(model::FixState state) {
  switch (state) {
  case model::FixState::Fixed:
    return "fixed";
  case model::FixState::NotFixed:
    return "not-fixed";
  case model::FixState::EndOfLife:
    return "wont-fix";
  }
  return {};
}

/// "debian:distro:debian:12", "github:language:python".
std::string namespace_in_grype(const model::Package& package, const model::Distro& distro) {
  if (model::is_os_package(package)) {
    const std::string& id = distro.id;
    std::string release = distro.version_id;
    // Alpine's advisories are those of a branch.
    if (id == "alpine") {
      const std::size_t dot = release.find('.');
      release = release.substr(0, release.find('.', dot == std::string::npos ? dot : dot + 1));
    }
    return id + ":distro:" + id + ":" + release;
  }
  const TypeName* type = type_name(package.type);
  return "github:language:" + std::string(type == nullptr ? "" : type->language);
}

} // namespace

struct ConditionMatcher::State {
  IgnoreConditions conditions;
  std::vector<base::Glob> paths;
  std::vector<base::Glob> location;
  std::vector<model::Purl> purls;
  NamePattern name;
  NamePattern upstream;

  [[nodiscard]] bool holds_for_package(const model::Package& package,
                                       const model::Report& report) const;
  [[nodiscard]] bool holds_for_grype(const model::Package& package,
                                     const model::Report& report) const;
};

ConditionMatcher::ConditionMatcher(std::unique_ptr<State> state) : state_(std::move(state)) {}

ConditionMatcher::~ConditionMatcher() = default;
ConditionMatcher::ConditionMatcher(ConditionMatcher&&) noexcept = default;
ConditionMatcher& ConditionMatcher::operator=(ConditionMatcher&&) noexcept = default;

base::Result<ConditionMatcher> ConditionMatcher::compile(const IgnoreConditions& conditions) {
  auto state = std::make_unique<State>(State{conditions,
                                             {},
                                             {},
                                             {},
                                             NamePattern(conditions.package_name),
                                             NamePattern(conditions.upstream_name)});
  const auto glob = [](const std::string& pattern) {
    return base::at("'" + base::printable(pattern) + "'", base::Glob::parse(bare_path(pattern)));
  };
  for (const std::string& path : conditions.paths)
    state->paths.push_back(PQ_TRY(glob(path)));
  if (!conditions.package_location.empty())
    state->location.push_back(PQ_TRY(glob(conditions.package_location)));
  for (const std::string& purl : conditions.purls)
    state->purls.push_back(PQ_TRY(model::parse_purl(purl)));
  return ConditionMatcher(std::move(state));
}

bool ConditionMatcher::State::holds_for_package(const model::Package& package,
                                                const model::Report& report) const {
  if (!location.empty() && !location.front().matches(bare_path(package.path))) return false;
  if (!purls.empty()) {
    const advisory::PackagePurls own = advisory::purls_of(package);
    const bool meant = std::ranges::any_of(purls, [&](const model::Purl& purl) {
      return advisory::purl_matches(purl, own, report.distro);
    });
    if (!meant) return false;
  }
  return holds_for_grype(package, report);
}

bool ConditionMatcher::State::holds_for_grype(const model::Package& package,
                                              const model::Report& report) const {
  const IgnoreConditions& want = conditions;
  if (!want.package_name.empty() && !name.matches(package.name)) return false;
  if (!want.package_version.empty() && want.package_version != package.version) return false;
  const bool has_upstream = !package.source_name.empty() && package.source_name != package.name;
  if (!want.upstream_name.empty() && !(has_upstream && upstream.matches(package.source_name)))
    return false;
  const TypeName* type = type_name(package.type);
  if (!want.package_language.empty() &&
      (type == nullptr || type->language != want.package_language))
    return false;
  if (!want.package_type.empty() && want.package_type != package.type &&
      (type == nullptr || type->grype != want.package_type))
    return false;
  if (!want.feed_namespace.empty() &&
      want.feed_namespace != namespace_in_grype(package, report.distro))
    return false;
  // A match by the source package is what Grype calls indirect; by CPE there is none.
  const bool indirect = model::is_os_package(package) && has_upstream;
  return want.match_type.empty() ||
         want.match_type == (indirect ? "exact-indirect-match" : "exact-direct-match");
}

bool ConditionMatcher::holds(const model::Finding& finding, const model::Report& report) const {
  const IgnoreConditions& want = state_->conditions;
  if (want.empty()) return true;
  if (want.about_licences) return false;
  if (want.kind && *want.kind != finding.kind) return false;
  if (!want.fix_state.empty() && want.fix_state != fix_state_in_grype(finding.fix_state))
    return false;
  if (!want.vex_status.empty() &&
      (!finding.vex || model::vex_status_name(finding.vex->status) != want.vex_status))
    return false;
  if (!want.vex_justification.empty() &&
      (!finding.vex || finding.vex->justification != want.vex_justification))
    return false;
  const model::Package* package =
      finding.package < report.packages.size() ? &report.packages[finding.package] : nullptr;
  const std::string_view path = bare_path(package == nullptr ? finding.path : package->path);
  const auto fits = [&](const base::Glob& glob) { return glob.matches(path); };
  if (!state_->paths.empty() && std::ranges::none_of(state_->paths, fits)) return false;
  if (package != nullptr) return state_->holds_for_package(*package, report);
  // What is about no package fits no demand about one.
  IgnoreConditions rest = want;
  rest.kind.reset();
  rest.paths.clear();
  rest.fix_state.clear();
  rest.vex_status.clear();
  rest.vex_justification.clear();
  return rest.empty();
}

} // namespace portique::scan
