#include "portique/advisory/package_name.h"

#include <algorithm>
#include <array>

#include "portique/base/digest.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace {

/// LMDB takes keys of up to 511 bytes.
constexpr std::size_t kLongestKey = 500;

struct PurlType {
  std::string_view type;
  std::string_view ecosystem;
};

constexpr std::array kPurlTypes{
    PurlType{"bioconductor", "Bioconductor"},
    PurlType{"bitnami", "Bitnami"},
    PurlType{"cargo", "crates.io"},
    PurlType{"composer", "Packagist"},
    PurlType{"conan", "ConanCenter"},
    PurlType{"cran", "CRAN"},
    PurlType{"gem", "RubyGems"},
    PurlType{"github", "GitHub Actions"},
    PurlType{"golang", "Go"},
    PurlType{"hackage", "Hackage"},
    PurlType{"hex", "Hex"},
    PurlType{"julia", "Julia"},
    PurlType{"maven", "Maven"},
    PurlType{"npm", "npm"},
    PurlType{"nuget", "NuGet"},
    PurlType{"opam", "opam"},
    PurlType{"pub", "Pub"},
    PurlType{"pypi", "PyPI"},
    PurlType{"swift", "SwiftURL"},
};

struct CatalogueName {
  std::string_view program; ///< with its purl namespace
  std::string_view bitnami;
};

/// "mysql-client" is left out: its records speak of MariaDB's versions as well as MySQL's.
constexpr std::array kBitnamiNames{
    CatalogueName{"arangodb", "arangodb"},
    CatalogueName{"composer", "composer"},
    CatalogueName{"envoy", "envoy"},
    CatalogueName{"fluent-bit", "fluent-bit"},
    CatalogueName{"git", "git"},
    CatalogueName{"haproxy", "haproxy"},
    CatalogueName{"httpd", "apache"},
    CatalogueName{"lua", "lua"},
    CatalogueName{"mariadb", "mariadb"},
    CatalogueName{"memcached", "memcached"},
    CatalogueName{"mongodb", "mongodb"},
    CatalogueName{"nginx", "nginx"},
    CatalogueName{"node", "node"},
    CatalogueName{"openjdk", "java"},
    CatalogueName{"openldap", "openldap"},
    CatalogueName{"oracle/jre", "java"},
    CatalogueName{"pgbouncer", "pgbouncer"},
    CatalogueName{"php", "php"},
    CatalogueName{"postgresql", "postgresql"},
    CatalogueName{"python", "python"},
    CatalogueName{"redis", "redis"},
    CatalogueName{"ruby", "ruby"},
    CatalogueName{"sqlite", "sqlite"},
    CatalogueName{"valkey", "valkey"},
    CatalogueName{"varnish", "varnish"},
    CatalogueName{"wp-cli", "wp-cli"},
};

/// "1.8.0_352" -> "8.0.352", "15beta4" -> "15-beta4".
std::string as_semver(std::string_view version) {
  std::string out;
  if (const std::size_t update = version.find('_');
      version.starts_with("1.") && update != std::string_view::npos) {
    out = version.substr(2, update - 2);
    return out + '.' + std::string(version.substr(update + 1));
  }
  const std::size_t rest = version.find_first_not_of("0123456789.");
  if (rest == std::string_view::npos || !base::is_alpha(version[rest])) return std::string(version);
  return std::string(version.substr(0, rest)) + '-' + std::string(version.substr(rest));
}

/// PEP 503: lower case, runs of '-', '_' and '.' become one '-'.
std::string pep503(std::string_view name) {
  std::string normal;
  for (const char c : base::to_lower(name)) {
    if (c != '-' && c != '_' && c != '.')
      normal += c;
    else if (normal.empty() || normal.back() != '-')
      normal += '-';
  }
  return normal;
}

/// Some records write the whole address of a repository, some without its scheme: "github.com/a/b".
std::string repository_name(std::string_view name) {
  if (const std::size_t scheme = name.find("://"); scheme != std::string_view::npos)
    name.remove_prefix(scheme + 3);
  if (name.ends_with('/')) name.remove_suffix(1);
  if (name.ends_with(".git")) name.remove_suffix(4);
  return base::to_lower(name);
}

bool ignores_case(std::string_view ecosystem) {
  constexpr std::array<std::string_view, 4> kNames{"NuGet", "Packagist", "Hex", "GitHub Actions"};
  return std::ranges::find(kNames, ecosystem) != kNames.end();
}

} // namespace

std::string_view ecosystem_base(std::string_view ecosystem) {
  return ecosystem.substr(0, ecosystem.find(':'));
}

std::string normal_name(std::string_view ecosystem, std::string_view name) {
  const std::string_view known = ecosystem_base(ecosystem);
  if (known == "PyPI") return pep503(name);
  if (known == "SwiftURL") return repository_name(name);
  if (ignores_case(known)) return base::to_lower(name);
  return std::string(name);
}

std::string package_key(std::string_view ecosystem, std::string_view name) {
  std::string key(ecosystem_base(ecosystem));
  key += '\0';
  key += normal_name(ecosystem, name);
  if (key.size() <= kLongestKey) return key;
  return key.substr(0, kLongestKey - 80) + std::string(base::digest_of(base::as_bytes(key)).hex());
}

std::string_view ecosystem_of_purl_type(std::string_view type) {
  const auto found = std::ranges::find(kPurlTypes, type, &PurlType::type);
  return found == kPurlTypes.end() ? std::string_view{} : found->ecosystem;
}

std::optional<CatalogueEntry>
in_bitnami(std::string_view purl_namespace, std::string_view name, std::string_view version) {
  const std::string program = purl_namespace.empty()
                                  ? std::string(name)
                                  : std::string(purl_namespace) + '/' + std::string(name);
  const auto found = std::ranges::find(kBitnamiNames, program, &CatalogueName::program);
  if (found == kBitnamiNames.end()) return std::nullopt;
  return CatalogueEntry{std::string(found->bitnami), as_semver(version)};
}

} // namespace portique::advisory
