#include "portique/version/schemes.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "portique/version/apk.h"
#include "portique/version/conan.h"
#include "portique/version/dpkg.h"
#include "portique/version/maven.h"
#include "portique/version/number_list.h"
#include "portique/version/packagist.h"
#include "portique/version/pep440.h"
#include "portique/version/rpm.h"
#include "portique/version/rubygems.h"
#include "portique/version/semver.h"

namespace portique::version {
namespace {

constexpr std::array kSchemes{
    SchemeInfo{Scheme::Dpkg, "dpkg", compare_dpkg, valid_dpkg},
    SchemeInfo{Scheme::Rpm, "rpm", compare_rpm, valid_rpm},
    SchemeInfo{Scheme::Apk, "apk", compare_apk, valid_apk},
    SchemeInfo{Scheme::Semver, "SemVer", compare_semver, valid_semver},
    SchemeInfo{Scheme::Pep440, "PEP 440", compare_pep440, valid_pep440},
    SchemeInfo{Scheme::Maven, "Maven", compare_maven, valid_maven},
    SchemeInfo{Scheme::RubyGems, "RubyGems", compare_rubygems, valid_rubygems},
    SchemeInfo{Scheme::NuGet, "NuGet", compare_nuget, valid_nuget},
    SchemeInfo{Scheme::Packagist, "Composer", compare_packagist, valid_packagist},
    SchemeInfo{Scheme::Go, "Go", compare_go, valid_go},
    SchemeInfo{Scheme::Cran, "CRAN", compare_cran, valid_cran},
    SchemeInfo{Scheme::Hackage, "Hackage", compare_hackage, valid_hackage},
    SchemeInfo{Scheme::Pub, "pub", compare_pub, valid_pub},
    SchemeInfo{Scheme::Conan, "Conan", compare_conan, valid_conan},
};

constexpr bool in_order_of_enumeration() {
  for (std::size_t i = 0; i < kSchemes.size(); ++i)
    if (static_cast<std::size_t>(kSchemes[i].scheme) != i) return false;
  return true;
}

static_assert(in_order_of_enumeration());

struct EcosystemScheme {
  std::string_view ecosystem;
  Scheme scheme;
};

// Sorted by name. Ecosystems that define no order of versions (Android, OSS-Fuzz) are left out.
constexpr std::array kEcosystems{
    EcosystemScheme{"AlmaLinux", Scheme::Rpm},
    EcosystemScheme{"Alpaquita", Scheme::Apk},
    EcosystemScheme{"Alpine", Scheme::Apk},
    EcosystemScheme{"Azure Linux", Scheme::Rpm},
    EcosystemScheme{"BellSoft Hardened Containers", Scheme::Apk},
    EcosystemScheme{"Bioconductor", Scheme::Cran},
    EcosystemScheme{"Bitnami", Scheme::Semver},
    EcosystemScheme{"CRAN", Scheme::Cran},
    EcosystemScheme{"Chainguard", Scheme::Apk},
    EcosystemScheme{"ConanCenter", Scheme::Conan},
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
  return kSchemes[static_cast<std::size_t>(scheme)];
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
    // packaging once ordered what PEP 440 does not know, and much of that is still about.
    if (info.valid(version) || scheme == Scheme::Pep440) continue;
    return base::fail(base::Code::Malformed,
                      fmt::format("\"{}\" is no {} version", version, info.name));
  }
  return info.compare(a, b);
}

} // namespace portique::version
