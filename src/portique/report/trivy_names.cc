// aquasecurity/trivy, pkg/fanal/types/const.go; aquasecurity/trivy-db, pkg/types and the sources of
// its vulnsrc packages.

#include "portique/report/trivy_names.h"

#include <algorithm>
#include <array>

namespace portique::report {

namespace {

struct Family {
  std::string_view id;
  std::string_view family;
};

constexpr std::array kFamilies{
    Family{"almalinux", "alma"},
    Family{"amzn", "amazon"},
    Family{"mariner", "cbl-mariner"},
    Family{"ol", "oracle"},
    Family{"opensuse", "opensuse-leap"},
    Family{"rhel", "redhat"},
    Family{"sl-micro", "slem"},
    Family{"sle-micro", "slem"},
    Family{"sle_hpc", "sles"},
    Family{"sled", "sles"},
};

struct Found {
  std::string_view by; ///< a cataloger's id
  TrivyResult result;
};

constexpr std::array kByCataloger{
    Found{"bun-lock", {"bun", ""}},
    Found{"composer-installed", {"composer-vendor", ""}},
    Found{"composer-lock", {"composer", ""}},
    Found{"conda-environment", {"conda-environment", ""}},
    Found{"conda-meta", {"conda-pkg", "Conda"}},
    Found{"dotnet-deps", {"dotnet-core", ""}},
    Found{"gemfile-lock", {"bundler", ""}},
    Found{"gemspec", {"gemspec", "Ruby"}},
    Found{"gradle-catalog", {"gradle", ""}},
    Found{"gradle-lock", {"gradle", ""}},
    Found{"java-archive", {"jar", "Java"}},
    Found{"npm-installed", {"node-pkg", "Node.js"}},
    Found{"npm-lock", {"npm", ""}},
    Found{"pipfile-lock", {"pipenv", ""}},
    Found{"pnpm-lock", {"pnpm", ""}},
    Found{"poetry-lock", {"poetry", ""}},
    Found{"pom-xml", {"pom", ""}},
    Found{"pylock", {"pylock", ""}},
    Found{"python-installed", {"python-pkg", "Python"}},
    Found{"python-requirements", {"pip", ""}},
    Found{"sbt-lock", {"sbt", ""}},
    Found{"uv-lock", {"uv", ""}},
    Found{"yarn-cache", {"yarn", ""}},
    Found{"yarn-lock", {"yarn", ""}},
};

struct Kind {
  std::string_view purl_type;
  TrivyResult installed;
  TrivyResult declared;
};

constexpr std::array kByType{
    Kind{"bitnami", {"bitnami", ""}, {"bitnami", ""}},
    Kind{"cargo", {"rustbinary", ""}, {"cargo", ""}},
    Kind{"cocoapods", {"cocoapods", ""}, {"cocoapods", ""}},
    Kind{"composer", {"composer-vendor", ""}, {"composer", ""}},
    Kind{"conan", {"conan", ""}, {"conan", ""}},
    Kind{"conda", {"conda-pkg", "Conda"}, {"conda-environment", ""}},
    Kind{"gem", {"gemspec", "Ruby"}, {"bundler", ""}},
    Kind{"golang", {"gobinary", ""}, {"gomod", ""}},
    Kind{"hex", {"hex", ""}, {"hex", ""}},
    Kind{"julia", {"julia", ""}, {"julia", ""}},
    Kind{"maven", {"jar", "Java"}, {"pom", ""}},
    Kind{"npm", {"node-pkg", "Node.js"}, {"npm", ""}},
    Kind{"nuget", {"dotnet-core", ""}, {"nuget", ""}},
    Kind{"pub", {"pub", ""}, {"pub", ""}},
    Kind{"pypi", {"python-pkg", "Python"}, {"pip", ""}},
    Kind{"swift", {"swift", ""}, {"swift", ""}},
};

struct Source {
  std::string_view prefix; ///< of an advisory's id, or the name of a source
  TrivySourceName source;
};

constexpr TrivySourceName kNvd{"nvd", "NVD", "https://nvd.nist.gov/"};
constexpr TrivySourceName kDebian{
    "debian",
    "Debian Security Tracker",
    "https://salsa.debian.org/security-tracker-team/security-tracker"};
constexpr TrivySourceName kUbuntu{
    "ubuntu", "Ubuntu CVE Tracker", "https://git.launchpad.net/ubuntu-cve-tracker"};
constexpr TrivySourceName kOsv{"osv", "OSV", "https://osv.dev/"};

constexpr std::array kSources{
    Source{"ALPINE-", {"alpine", "Alpine Secdb", "https://secdb.alpinelinux.org/"}},
    Source{"ALSA-", {"alma", "AlmaLinux Product Errata", "https://errata.almalinux.org/"}},
    Source{"BIT-",
           {"bitnami", "Bitnami Vulnerability Database", "https://github.com/bitnami/vulndb"}},
    Source{"CGA-",
           {"chainguard",
            "Chainguard Security Data",
            "https://packages.cgr.dev/chainguard/security.json"}},
    Source{"CVE-", kNvd},
    Source{"DEBIAN-", kDebian},
    Source{"DLA-", kDebian},
    Source{"DSA-", kDebian},
    Source{"Debian", kDebian},
    Source{"GHSA-", {"ghsa", "GitHub Security Advisory", "https://github.com/advisories"}},
    Source{"GO-", {"govulndb", "The Go Vulnerability Database", "https://pkg.go.dev/vuln/"}},
    Source{"GitHub", {"ghsa", "GitHub Security Advisory", "https://github.com/advisories"}},
    Source{"NVD", kNvd},
    Source{"RHSA-", {"redhat", "Red Hat", "https://access.redhat.com/security/"}},
    Source{"RLSA-",
           {"rocky", "Rocky Linux updateinfo", "https://download.rockylinux.org/pub/rocky/"}},
    Source{"RXSA-",
           {"rocky", "Rocky Linux updateinfo", "https://download.rockylinux.org/pub/rocky/"}},
    Source{"SUSE-", {"suse-cvrf", "SUSE CVRF", "https://ftp.suse.com/pub/projects/security/cvrf/"}},
    Source{"UBUNTU-", kUbuntu},
    Source{"USN-", kUbuntu},
    Source{"Ubuntu", kUbuntu},
    Source{"openSUSE-",
           {"suse-cvrf", "SUSE CVRF", "https://ftp.suse.com/pub/projects/security/cvrf/"}},
};

} // namespace

std::string trivy_family(std::string_view distro_id) {
  const auto* found = std::ranges::find(kFamilies, distro_id, &Family::id);
  return std::string(found == kFamilies.end() ? distro_id : found->family);
}

TrivyResult trivy_result(const model::Package& package) {
  const std::string_view by = package.found_by;
  if (const auto* found = std::ranges::find(kByCataloger, by, &Found::by);
      found != kByCataloger.end())
    return found->result;
  const std::string_view type = package.type;
  const auto* kind = std::ranges::find(kByType, type, &Kind::purl_type);
  if (kind == kByType.end()) return {type, {}};
  return package.declared ? kind->declared : kind->installed;
}

std::string_view trivy_severity(model::Severity severity) {
  constexpr std::array<std::string_view, 5> kNames{"UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL"};
  return kNames.at(trivy_severity_number(severity));
}

unsigned trivy_severity_number(model::Severity severity) {
  switch (severity) {
  case model::Severity::Critical:
    return 4;
  case model::Severity::High:
    return 3;
  case model::Severity::Medium:
    return 2;
  case model::Severity::Low:
  case model::Severity::Negligible:
    return 1;
  case model::Severity::Unknown:
    break;
  }
  return 0;
}

TrivySourceName trivy_source(std::string_view text) {
  // "CVSS 3.1 (UBUNTU-CVE-2018-20843)": the advisory that gives the score.
  if (const std::size_t open = text.find('('); text.starts_with("CVSS ") && open != text.npos)
    text.remove_prefix(open + 1);
  const auto* found = std::ranges::find_if(
      kSources, [&](const Source& source) { return text.starts_with(source.prefix); });
  return found == kSources.end() ? kOsv : found->source;
}

} // namespace portique::report
