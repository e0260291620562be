// CPE names: NISTIR 7695, "cpe:2.3:a:vendor:product:version:..." and the older "cpe:/a:vendor:...".
// Of a CPE only its software environment tells the ecosystem.

#include "portique/inventory/sbom/component_type.h"

#include <algorithm>
#include <array>
#include <vector>

#include "portique/base/text.h"
#include "portique/inventory/sbom/sbom_builder.h"

namespace portique::inventory {

namespace {

struct Word {
  std::string_view word;
  std::string_view type;
};

// Syft's package types, then Trivy's result types, then its families of distributions.
constexpr std::array kWords{
    Word{"apk", "apk"},
    Word{"alpm", "alpm"},
    Word{"bitnami", "bitnami"},
    Word{"conan", "conan"},
    Word{"conda", "conda"},
    Word{"dart-pub", "pub"},
    Word{"deb", "deb"},
    Word{"dotnet", "nuget"},
    Word{"erlang-otp", "otp"},
    Word{"gem", "gem"},
    Word{"github-action", "github"},
    Word{"github-action-workflow", "github"},
    Word{"go-module", "golang"},
    Word{"hackage", "hackage"},
    Word{"hex", "hex"},
    Word{"java-archive", "maven"},
    Word{"jenkins-plugin", "maven"},
    Word{"lua-rocks", "luarocks"},
    Word{"npm", "npm"},
    Word{"opam", "opam"},
    Word{"php-composer", "composer"},
    Word{"pod", "cocoapods"},
    Word{"portage", "ebuild"},
    Word{"python", "pypi"},
    Word{"R-package", "cran"},
    Word{"rpm", "rpm"},
    Word{"rust-crate", "cargo"},
    Word{"swift", "swift"},
    Word{"vcpkg", "vcpkg"},

    Word{"bun", "npm"},
    Word{"bundler", "gem"},
    Word{"cargo", "cargo"},
    Word{"cocoapods", "cocoapods"},
    Word{"composer", "composer"},
    Word{"composer-vendor", "composer"},
    Word{"conda-environment", "conda"},
    Word{"conda-pkg", "conda"},
    Word{"dotnet-core", "nuget"},
    Word{"gemspec", "gem"},
    Word{"gobinary", "golang"},
    Word{"gomod", "golang"},
    Word{"gradle", "maven"},
    Word{"jar", "maven"},
    Word{"julia", "julia"},
    Word{"node-pkg", "npm"},
    Word{"nuget", "nuget"},
    Word{"packages-props", "nuget"},
    Word{"pip", "pypi"},
    Word{"pipenv", "pypi"},
    Word{"pnpm", "npm"},
    Word{"poetry", "pypi"},
    Word{"pom", "maven"},
    Word{"pub", "pub"},
    Word{"pylock", "pypi"},
    Word{"python-pkg", "pypi"},
    Word{"rustbinary", "cargo"},
    Word{"sbt", "maven"},
    Word{"uv", "pypi"},
    Word{"yarn", "npm"},

    Word{"alma", "rpm"},
    Word{"alpine", "apk"},
    Word{"amazon", "rpm"},
    Word{"azurelinux", "rpm"},
    Word{"cbl-mariner", "rpm"},
    Word{"centos", "rpm"},
    Word{"centos-stream", "rpm"},
    Word{"chainguard", "apk"},
    Word{"debian", "deb"},
    Word{"echo", "deb"},
    Word{"fedora", "rpm"},
    Word{"minimos", "apk"},
    Word{"opensuse", "rpm"},
    Word{"opensuse-leap", "rpm"},
    Word{"opensuse-tumbleweed", "rpm"},
    Word{"opensuse.leap", "rpm"},
    Word{"opensuse.tumbleweed", "rpm"},
    Word{"oracle", "rpm"},
    Word{"photon", "rpm"},
    Word{"redhat", "rpm"},
    Word{"rocky", "rpm"},
    Word{"slem", "rpm"},
    Word{"sles", "rpm"},
    Word{"suse linux enterprise server", "rpm"},
    Word{"ubuntu", "deb"},
    Word{"wolfi", "apk"},
};

// The software environments of CPEs that stand for an ecosystem.
constexpr std::array kEnvironments{
    Word{"node.js", "npm"},
    Word{"python", "pypi"},
    Word{"ruby", "gem"},
    Word{"rust", "cargo"},
    Word{"go", "golang"},
    Word{"wordpress", "wordpress"},
};

/// The parts of a CPE, with '\' taken off the characters it protects.
std::vector<std::string> cpe_parts(std::string_view cpe) {
  std::vector<std::string> parts{{}};
  for (std::size_t i = 0; i < cpe.size(); ++i) {
    if (cpe[i] == ':') {
      parts.emplace_back();
    } else {
      if (cpe[i] == '\\' && i + 1 < cpe.size()) ++i;
      parts.back() += cpe[i];
    }
  }
  return parts;
}

bool is_said(std::string_view part) {
  return !part.empty() && part != "*" && part != "-";
}

void name_by_cpe(std::string_view cpe, model::Package& package) {
  std::size_t product = 0;
  std::size_t environment = 0;
  if (cpe.starts_with("cpe:2.3:")) {
    product = 4;
    environment = 10;
  } else if (cpe.starts_with("cpe:/")) {
    product = 3;
  } else {
    return;
  }
  const std::vector<std::string> parts = cpe_parts(cpe);
  const auto part = [&](std::size_t i) {
    return i < parts.size() && is_said(parts[i]) ? parts[i] : std::string{};
  };
  if (package.name.empty()) package.name = part(product);
  if (package.version.empty()) package.version = part(product + 1);
  if (environment == 0) return;
  const auto* found = std::ranges::find(kEnvironments, part(environment), &Word::word);
  if (found != kEnvironments.end()) package.type = found->type;
}

/// Splits a name that holds its namespace, as the ecosystem writes them.
void split_namespace(model::Package& package) {
  if (!package.ns.empty()) return;
  const bool by_colon = package.type == "maven";
  const bool by_slash = package.type == "golang" || package.type == "composer" ||
                        package.type == "npm" || package.type == "swift" ||
                        package.type == "github";
  if (!by_colon && !by_slash) return;
  const std::size_t at = package.name.rfind(by_colon ? ':' : '/');
  if (at == std::string::npos || at == 0) return;
  package.ns = package.name.substr(0, at);
  package.name.erase(0, at + 1);
}

} // namespace

std::string_view purl_type_of_word(std::string_view word) {
  const auto* found = std::ranges::find(kWords, word, &Word::word);
  return found == kWords.end() ? std::string_view{} : found->type;
}

void name_without_purl(const SbomComponent& component, model::Package& package) {
  package.type = component.type_hint;
  package.ns = component.group;
  package.name = component.name;
  package.version = component.version;
  if (package.type.empty()) name_by_cpe(component.cpe, package);
  split_namespace(package);
}

} // namespace portique::inventory
