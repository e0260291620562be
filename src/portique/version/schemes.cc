#include "portique/version/schemes.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "portique/version/apk.h"
#include "portique/version/dpkg.h"
#include "portique/version/rpm.h"
#include "portique/version/semver.h"

namespace portique::version {
namespace {

// In the order of the enumeration.
constexpr std::array kSchemes{
    SchemeInfo{Scheme::Dpkg, "dpkg", compare_dpkg, valid_dpkg},
    SchemeInfo{Scheme::Rpm, "rpm", compare_rpm, valid_rpm},
    SchemeInfo{Scheme::Apk, "apk", compare_apk, valid_apk},
    SchemeInfo{Scheme::Semver, "semver", compare_semver, valid_semver},
    SchemeInfo{Scheme::NuGet, "nuget", compare_nuget, valid_nuget},
    SchemeInfo{Scheme::Go, "go", compare_go, valid_go},
    SchemeInfo{Scheme::Pub, "pub", compare_pub, valid_pub},
};

struct EcosystemScheme {
  std::string_view ecosystem;
  Scheme scheme;
};

// Sorted by name. Ecosystems that define no order of versions (Android, OSS-Fuzz) are left out.
constexpr std::array kEcosystems{
    EcosystemScheme{"AlmaLinux", Scheme::Rpm},
    EcosystemScheme{"Alpaquita", Scheme::Apk},
    EcosystemScheme{"Alpine", Scheme::Apk},
    EcosystemScheme{"BellSoft Hardened Containers", Scheme::Apk},
    EcosystemScheme{"Bioconductor", Scheme::Cran},
    EcosystemScheme{"Bitnami", Scheme::Semver},
    EcosystemScheme{"CRAN", Scheme::Cran},
    EcosystemScheme{"Chainguard", Scheme::Apk},
    EcosystemScheme{"ConanCenter", Scheme::Semver},
    EcosystemScheme{"Debian", Scheme::Dpkg},
    EcosystemScheme{"Echo", Scheme::Dpkg},
    EcosystemScheme{"GHC", Scheme::Hackage},
    EcosystemScheme{"GitHub Actions", Scheme::Semver},
    EcosystemScheme{"Go", Scheme::Go},
    EcosystemScheme{"Hackage", Scheme::Hackage},
    EcosystemScheme{"Hex", Scheme::Semver},
    EcosystemScheme{"Julia", Scheme::Semver},
    EcosystemScheme{"Mageia", Scheme::Rpm},
    EcosystemScheme{"Maven", Scheme::Maven},
    EcosystemScheme{"MinimOS", Scheme::Apk},
    EcosystemScheme{"NuGet", Scheme::NuGet},
    EcosystemScheme{"Packagist", Scheme::Packagist},
    EcosystemScheme{"Photon OS", Scheme::Rpm},
    EcosystemScheme{"Pub", Scheme::Pub},
    EcosystemScheme{"PyPI", Scheme::Pep440},
    EcosystemScheme{"Red Hat", Scheme::Rpm},
    EcosystemScheme{"Rocky Linux", Scheme::Rpm},
    EcosystemScheme{"RubyGems", Scheme::RubyGems},
    EcosystemScheme{"SUSE", Scheme::Rpm},
    EcosystemScheme{"SwiftURL", Scheme::Semver},
    EcosystemScheme{"Ubuntu", Scheme::Dpkg},
    EcosystemScheme{"Wolfi", Scheme::Apk},
    EcosystemScheme{"crates.io", Scheme::Semver},
    EcosystemScheme{"npm", Scheme::Semver},
    EcosystemScheme{"opam", Scheme::Dpkg},
    EcosystemScheme{"openEuler", Scheme::Rpm},
    EcosystemScheme{"openSUSE", Scheme::Rpm},
};
static_assert(std::ranges::is_sorted(kEcosystems, {}, &EcosystemScheme::ecosystem));

constexpr auto kEcosystemNames = [] {
  std::array<std::string_view, kEcosystems.size()> names;
  std::ranges::transform(kEcosystems, names.begin(), &EcosystemScheme::ecosystem);
  return names;
}();

} // namespace

std::span<const SchemeInfo> schemes() {
  return kSchemes;
}

const SchemeInfo& scheme_info(Scheme scheme) {
  const auto* found = std::ranges::find(kSchemes, scheme, &SchemeInfo::scheme);
  return found == kSchemes.end() ? kSchemes[3] : *found;
}

std::optional<Scheme> scheme_of_ecosystem(std::string_view ecosystem) {
  const std::string_view name = ecosystem.substr(0, ecosystem.find(':'));
  const auto* found = std::ranges::lower_bound(kEcosystems, name, {}, &EcosystemScheme::ecosystem);
  if (found == kEcosystems.end() || found->ecosystem != name) return std::nullopt;
  return found->scheme;
}

std::span<const std::string_view> ecosystem_names() {
  return kEcosystemNames;
}

base::Result<std::strong_ordering> compare(Scheme scheme, std::string_view a, std::string_view b) {
  const SchemeInfo& info = scheme_info(scheme);
  for (const std::string_view version : {a, b}) {
    if (info.valid(version)) continue;
    return base::fail(base::Code::Malformed,
                      fmt::format("\"{}\" is no {} version", version, info.id));
  }
  return info.compare(a, b);
}

} // namespace portique::version
