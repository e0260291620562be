#include <filesystem>

#include <gtest/gtest.h>

#include "portique/advisory/vex_match.h"
#include "portique/model/purl_parse.h"

namespace portique::advisory {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(PORTIQUE_TESTDATA) / "vex";

model::Distro distro_of(std::string id, std::string version, std::string codename = {}) {
  model::Distro distro;
  distro.id = std::move(id);
  distro.version_id = std::move(version);
  distro.codename = std::move(codename);
  return distro;
}

struct PurlCase {
  std::string_view wanted;
  std::string_view have;
  bool matches;
  std::string_view why;
};

TEST(VexPurl, ReadsLessSpecificAsAny) {
  const PurlCase cases[] = {
      {"pkg:apk/alpine/libssl3",
       "pkg:apk/alpine/libssl3@3.0.8-r3?arch=x86_64",
       true,
       "any version"},
      {"pkg:apk/alpine/libssl3@3.0.8-r3", "pkg:apk/alpine/libssl3@3.0.8-r3?arch=x86_64", true, ""},
      {"pkg:apk/alpine/libssl3@3.0.8-r4", "pkg:apk/alpine/libssl3@3.0.8-r3", false, "version"},
      {"pkg:apk/wolfi/libssl3", "pkg:apk/alpine/libssl3@3.0.8-r3", false, "namespace"},
      {"pkg:apk/alpine/libssl", "pkg:apk/alpine/libssl3@3.0.8-r3", false, "name"},
      {"pkg:deb/alpine/libssl3", "pkg:apk/alpine/libssl3@3.0.8-r3", false, "type"},
      {"pkg:apk/alpine/a@1?arch=armv7", "pkg:apk/alpine/a@1?arch=x86_64", false, "architecture"},
      {"pkg:apk/alpine/a@1?arch=armv7", "pkg:apk/alpine/a@1", false, "cannot be checked"},
      {"pkg:apk/alpine/a@1?distro=alpine-3.17",
       "pkg:apk/alpine/a@1?distro=alpine-3.17.3",
       true,
       ""},
      {"pkg:apk/alpine/a@1?distro=alpine-3.1",
       "pkg:apk/alpine/a@1?distro=alpine-3.17.3",
       false,
       "3.1 is not the beginning of 3.17"},
      {"pkg:deb/debian/a@1?distro=bookworm",
       "pkg:deb/debian/a@1?distro=debian-12",
       true,
       "codename"},
      {"pkg:deb/debian/a@1?distro=debian-bookworm",
       "pkg:deb/debian/a@1?distro=debian-12",
       true,
       ""},
      {"pkg:deb/debian/a@1?distro=trixie", "pkg:deb/debian/a@1?distro=debian-12", false, ""},
      {"pkg:rpm/redhat/a@1-2?epoch=1", "pkg:rpm/redhat/a@1-2?epoch=1", true, ""},
      {"pkg:rpm/redhat/a@1-2?epoch=0", "pkg:rpm/redhat/a@1-2", true, "no epoch is epoch 0"},
      {"pkg:rpm/redhat/a@1-2?epoch=1", "pkg:rpm/redhat/a@1-2", false, ""},
      {"pkg:apk/alpine/libcrypto3@3.0.8-r3?arch=x86_64&upstream=openssl&distro=alpine-3.17.3",
       "pkg:apk/alpine/libcrypto3@3.0.8-r3?arch=x86_64&distro=alpine-3.17.3&upstream=openssl",
       true,
       "as Grype's example has it"},
      {"pkg:maven/g/a@2.10.0?type=jar", "pkg:maven/g/a@2.10.0", true, "only describes"},
      {"pkg:maven/g/a@2.10.0?type=war", "pkg:maven/g/a@2.10.0?type=jar", false, ""},
      {"pkg:maven/g/a@1?classifier=x", "pkg:maven/g/a@1", false, "another file"},
      {"pkg:golang/stdlib@1.21.0", "pkg:golang/stdlib@v1.21.0", true, "v or not"},
      {"pkg:golang/golang.org/x/net@v0.1.0#http2",
       "pkg:golang/golang.org/x/net@v0.1.0",
       false,
       "a statement about a part is not about the whole"},
      {"pkg:pypi/Flask_Login", "pkg:pypi/flask-login@1.0", true, "PyPI's names"},
      {"pkg:npm/%40angular/core@1.0.0", "pkg:npm/%40angular/core@1.0.0", true, ""},
  };
  const model::Distro distro = distro_of("debian", "12", "bookworm");
  for (const PurlCase& row : cases) {
    const PackagePurls have{*model::parse_purl(row.have), std::nullopt};
    EXPECT_EQ(purl_matches(*model::parse_purl(row.wanted), have, distro), row.matches)
        << row.wanted << " and " << row.have << ": " << row.why;
  }
}

model::Package package_of(std::string_view text, std::string source = {}) {
  const model::Purl purl = *model::parse_purl(text);
  model::Package package;
  package.type = purl.type;
  package.ns = purl.ns;
  package.name = purl.name;
  package.version = purl.version;
  package.purl = text;
  package.source_name = source.empty() ? purl.name : std::move(source);
  package.source_version = purl.version;
  return package;
}

TEST(VexPurl, SourceArchitectureMeansTheSourcePackage) {
  const model::Distro distro = distro_of("debian", "12");
  const PackagePurls package =
      purls_of(package_of("pkg:deb/debian/libcurl4@7.88.1-10?arch=amd64&distro=debian-12", "curl"));
  const auto matches = [&](std::string_view wanted) {
    return purl_matches(*model::parse_purl(wanted), package, distro);
  };
  EXPECT_TRUE(matches("pkg:deb/debian/curl?arch=source"));
  EXPECT_TRUE(matches("pkg:deb/debian/curl@7.88.1-10?arch=src&distro=debian-12"));
  EXPECT_FALSE(matches("pkg:deb/debian/curl@7.88.1-11?arch=source"));
  EXPECT_FALSE(matches("pkg:deb/debian/curl")) << "that is the binary package curl";
  EXPECT_TRUE(matches("pkg:deb/debian/libcurl4"));
}

constexpr std::string_view kDigest =
    "sha256:124c7d2707904eea7431fffe91522a01e5a861a624ee31d03372cc1d138a3126";

TEST(VexImage, PurlsMeanImagesByDigestNameOrTag) {
  const VexSubject subject{{"ghcr.io/org/app:1.2", "alpine:3.19"},
                           {std::string(kDigest)},
                           "amd64",
                           distro_of("alpine", "3.19.1")};
  const std::string digest = "sha256%3A" + std::string(kDigest.substr(7));
  const std::pair<std::string, bool> cases[] = {
      {"pkg:oci/anything@" + digest, true},
      {"pkg:oci/app@sha256%3A00", false},
      {"pkg:oci/app", true},
      {"pkg:oci/alpine", true},
      {"pkg:oci/debian", false},
      {"pkg:oci/app?repository_url=ghcr.io/org/app", true},
      {"pkg:oci/app?repository_url=ghcr.io/org", true},
      {"pkg:oci/app?repository_url=ghcr.io/other/app", false},
      {"pkg:oci/app?tag=1.2", true},
      {"pkg:oci/app?tag=1.3", false},
      {"pkg:oci/app@1.2", true},
      {"pkg:oci/app?arch=amd64", true},
      {"pkg:oci/app?arch=arm64", false},
      {"pkg:oci/alpine?repository_url=index.docker.io/library/alpine", true},
      {"pkg:oci/alpine?repository_url=docker.io/library/alpine&tag=3.19", true},
      {"pkg:oci/alpine?repository_url=quay.io/org/alpine", false},
      {"pkg:docker/library/alpine@3.19", true},
      {"pkg:docker/alpine@3.18", false},
      {"pkg:docker/org/app@1.2?repository_url=ghcr.io", true},
  };
  for (const auto& [text, matches] : cases)
    EXPECT_EQ(image_purl_matches(*model::parse_purl(text), subject), matches) << text;
}

TEST(VexImage, RepositoriesHaveOneSpelling) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"alpine", "docker.io/library/alpine"},
      {"alpine:3.19", "docker.io/library/alpine"},
      {"index.docker.io/library/alpine", "docker.io/library/alpine"},
      {"docker.io/alpine@sha256:00", "docker.io/library/alpine"},
      {"org/app", "docker.io/org/app"},
      {"GHCR.io/org/app:1", "ghcr.io/org/app"},
      {"localhost:5000/app:1", "localhost:5000/app"},
      {"localhost/app", "localhost/app"},
  };
  for (const auto& [text, repository] : cases)
    EXPECT_EQ(repository_of(text), repository) << text;
}

TEST(VexPlatform, CpesMeanReleases) {
  model::Distro rhel = distro_of("rhel", "9.4");
  rhel.cpe_name = "cpe:/o:redhat:enterprise_linux:9::baseos";
  EXPECT_TRUE(cpe_matches_distro("cpe:/o:redhat:enterprise_linux:9", rhel));
  EXPECT_TRUE(cpe_matches_distro("cpe:/a:redhat:enterprise_linux:9::appstream", rhel));
  EXPECT_TRUE(cpe_matches_distro("cpe:2.3:o:redhat:enterprise_linux:9.4:*:*:*:*:*:*:*", rhel));
  EXPECT_TRUE(cpe_matches_distro("cpe:/o:redhat:enterprise_linux", rhel));
  EXPECT_FALSE(cpe_matches_distro("cpe:/o:redhat:enterprise_linux:8", rhel));
  EXPECT_FALSE(cpe_matches_distro("cpe:/o:redhat:enterprise_linux:9.2", rhel));
  EXPECT_FALSE(cpe_matches_distro("cpe:/o:redhat:rhel_eus:9.0::baseos", rhel));
  EXPECT_FALSE(cpe_matches_distro("cpe:/o:almalinux:almalinux:9", rhel));
  EXPECT_FALSE(cpe_matches_distro("", rhel));
  EXPECT_FALSE(cpe_matches_distro("cpe:/", distro_of("debian", "12")));
}

/// A report of one image with these packages, and a finding of the CVE in each.
model::Report report_of(std::vector<model::Package> packages, std::string cve) {
  model::Report report;
  report.subject.kind = "docker-archive";
  report.subject.image.tags = {"debian:12"};
  report.distro = distro_of("debian", "12");
  report.packages = std::move(packages);
  for (std::size_t i = 0; i < report.packages.size(); ++i) {
    model::Finding finding;
    finding.id = cve;
    finding.package = i;
    report.findings.push_back(std::move(finding));
  }
  return report;
}

/// The status that counts for each finding, "" for none.
std::vector<std::string> statuses(std::span<const VexDocument> documents,
                                  const model::Report& report) {
  VexMatcher matcher(documents, report);
  std::vector<std::string> out;
  for (const model::Finding& finding : report.findings) {
    const auto match = matcher.find(finding);
    out.emplace_back(match.statement == nullptr ? ""
                                                : model::vex_status_name(match.statement->status));
  }
  return out;
}

using Statuses = std::vector<std::string>;

TEST(VexMatcher, SubcomponentsCountInsideTheirImage) {
  const auto documents = *read_vex(kFolder / "openvex-image.json", {});
  auto report = report_of({package_of("pkg:deb/debian/bash@5.2?arch=amd64"),
                           package_of("pkg:deb/debian/dash@0.5?arch=amd64")},
                          "CVE-2022-3715");
  EXPECT_EQ(statuses(documents, report), (Statuses{"not_affected", ""}));
  report.subject.image.tags = {"ubuntu:22.04"};
  EXPECT_EQ(statuses(documents, report), (Statuses{"", ""})) << "another image";
}

TEST(VexMatcher, PartsOfAnApplicationCountInsideItsFile) {
  for (const char* file : {"openvex-nested.json", "csaf-relationships.json"}) {
    const auto documents = *read_vex(kFolder / file, {});
    auto application = package_of("pkg:golang/github.com/aquasecurity/go-direct1@v2.0.0");
    auto part = package_of("pkg:golang/github.com/aquasecurity/go-transitive@v4.0.0");
    auto elsewhere = part;
    application.path = "usr/bin/direct";
    part.path = "usr/bin/direct";
    elsewhere.path = "usr/bin/another";
    const auto report = report_of({application, part, elsewhere}, "CVE-2024-0001");
    EXPECT_EQ(statuses(documents, report), (Statuses{"", "not_affected", ""})) << file;
  }
}

TEST(VexMatcher, PartsOfADistributionsPackageCountInItsFiles) {
  const auto documents = *parse_vex("x",
                                    R"({"@context": "https://openvex.dev/ns/v0.2.0",
    "statements": [{"vulnerability": {"name": "CVE-2024-1"}, "status": "not_affected",
      "products": [{"@id": "pkg:apk/wolfi/grafana", "subcomponents": [
        {"@id": "pkg:golang/golang.org/x/net"}]}]}]})",
                                    {});
  auto owned = package_of("pkg:golang/golang.org/x/net@v0.1.0");
  owned.owner = "pkg:apk/wolfi/grafana@11.0.0-r0?arch=x86_64";
  auto other = package_of("pkg:golang/golang.org/x/net@v0.1.0");
  other.owner = "pkg:apk/wolfi/loki@3.0.0-r0?arch=x86_64";
  EXPECT_EQ(statuses(documents, report_of({owned, other}, "CVE-2024-1")),
            (Statuses{"not_affected", ""}));
}

TEST(VexMatcher, PlatformsMustBeTheImages) {
  const auto documents = *read_vex(kFolder / "csaf-redhat-cve-2023-38545.json", {});
  auto report = report_of(
      {package_of("pkg:rpm/redhat/libcurl@7.61.1-30.el8?arch=x86_64", "curl"),
       package_of("pkg:rpm/redhat/libcurl-minimal@7.76.1-26.el9_3.2?arch=x86_64", "curl"),
       package_of("pkg:rpm/redhat/libcurl-minimal@7.76.1-26.el9_3.1?arch=x86_64", "curl")},
      "CVE-2023-38545");
  report.distro = distro_of("rhel", "8.9");
  report.distro.cpe_name = "cpe:/o:redhat:enterprise_linux:8::baseos";
  EXPECT_EQ(statuses(documents, report), (Statuses{"not_affected", "not_affected", "not_affected"}))
      << "on 8, curl is not affected in any version";
  report.distro = distro_of("rhel", "9.3");
  report.distro.cpe_name = "cpe:/o:redhat:enterprise_linux:9::baseos";
  EXPECT_EQ(statuses(documents, report), (Statuses{"", "fixed", ""}));
  report.distro = distro_of("almalinux", "8.9");
  report.distro.cpe_name = "cpe:/o:almalinux:almalinux:8::baseos";
  EXPECT_EQ(statuses(documents, report), (Statuses{"", "", ""}));
}

std::vector<VexDocument> openvex(std::initializer_list<std::string_view> statements) {
  std::string text = R"({"@context": "https://openvex.dev/ns/v0.2.0",
                         "timestamp": "2024-01-01T00:00:00Z", "statements": [)";
  bool first = true;
  for (const std::string_view statement : statements) {
    text += (first ? "" : ",") + std::string(statement);
    first = false;
  }
  auto documents = parse_vex("x", text + "]}", {});
  EXPECT_TRUE(documents.has_value()) << (documents ? "" : documents.error().text());
  return documents ? *std::move(documents) : std::vector<VexDocument>{};
}

constexpr std::string_view kNotAffected =
    R"({"vulnerability": {"name": "CVE-2024-1"}, "products": ["pkg:deb/debian/bash"],
        "status": "not_affected", "justification": "component_not_present"})";

TEST(VexMatcher, TheLatestStatementCounts) {
  const auto report = report_of({package_of("pkg:deb/debian/bash@5.2")}, "CVE-2024-1");
  constexpr std::string_view kLaterAffected =
      R"({"vulnerability": {"name": "CVE-2024-1"}, "products": ["pkg:deb/debian/bash"],
          "timestamp": "2024-06-01T00:00:00Z", "status": "affected"})";
  constexpr std::string_view kEarlierAffected =
      R"({"vulnerability": {"name": "CVE-2024-1"}, "products": ["pkg:deb/debian/bash"],
          "timestamp": "2023-06-01T00:00:00Z", "status": "affected"})";
  constexpr std::string_view kLaterOther =
      R"({"vulnerability": {"name": "CVE-2024-1"}, "products": ["pkg:deb/debian/dash"],
          "timestamp": "2024-07-01T00:00:00Z", "status": "affected"})";
  EXPECT_EQ(statuses(openvex({kLaterAffected, kNotAffected}), report), (Statuses{"affected"}));
  EXPECT_EQ(statuses(openvex({kNotAffected, kEarlierAffected}), report),
            (Statuses{"not_affected"}));
  EXPECT_EQ(statuses(openvex({kNotAffected, kLaterOther}), report), (Statuses{"not_affected"}));
  auto documents = openvex({kNotAffected});
  for (auto& later : openvex({kLaterAffected}))
    documents.push_back(std::move(later));
  EXPECT_EQ(statuses(documents, report), (Statuses{"affected"})) << "across documents";
}

TEST(VexMatcher, AliasesNeverStretchToOtherCves) {
  auto report = report_of({package_of("pkg:deb/debian/bash@5.2")}, "CVE-2024-2");
  report.findings[0].aliases = {"DSA-4686-1"};
  constexpr std::string_view kWithAdvisory =
      R"({"vulnerability": {"name": "CVE-2024-1", "aliases": ["DSA-4686-1", "GHSA-x"]},
          "products": ["pkg:deb/debian/bash"], "status": "fixed"})";
  constexpr std::string_view kAdvisory =
      R"({"vulnerability": {"name": "dsa-4686-1"}, "products": ["pkg:deb/debian/bash"],
          "status": "fixed"})";
  EXPECT_EQ(statuses(openvex({kWithAdvisory}), report), (Statuses{""}))
      << "one advisory may be about several CVEs";
  EXPECT_EQ(statuses(openvex({kAdvisory}), report), (Statuses{"fixed"}));
  report.findings[0].id = "CVE-2024-1";
  EXPECT_EQ(statuses(openvex({kWithAdvisory}), report), (Statuses{"fixed"}));
  report.findings[0].id = "GHSA-x";
  EXPECT_EQ(statuses(openvex({kWithAdvisory}), report), (Statuses{"fixed"}));
}

TEST(VexMatcher, RangesHoldThePackagesVersion) {
  const auto documents = *parse_vex("x",
                                    R"({"bomFormat": "CycloneDX", "specVersion": "1.5",
    "components": [{"bom-ref": "c", "purl": "pkg:deb/debian/bash"}],
    "vulnerabilities": [{"id": "CVE-2024-1", "affects": [{"ref": "c", "versions": [
      {"range": "vers:deb/>=5.2-1|<5.2-10", "status": "unaffected"}]}]}]})",
                                    {});
  EXPECT_EQ(statuses(documents,
                     report_of({package_of("pkg:deb/debian/bash@5.2-9"),
                                package_of("pkg:deb/debian/bash@5.2-10")},
                               "CVE-2024-1")),
            (Statuses{"not_affected", ""}));
}

TEST(VexMatcher, AnImageWithoutPartsMeansAllOfIt) {
  const auto documents =
      openvex({R"({"vulnerability": "CVE-2024-1", "products": ["debian:12"], "status": "fixed"})"});
  auto report = report_of({package_of("pkg:deb/debian/bash@5.2")}, "CVE-2024-1");
  EXPECT_EQ(statuses(documents, report), (Statuses{"fixed"}));
  report.findings[0].kind = model::FindingKind::Secret;
  EXPECT_EQ(statuses(documents, report), (Statuses{""})) << "VEX is about vulnerabilities";
}

} // namespace
} // namespace portique::advisory
