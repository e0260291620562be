#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/vex.h"
#include "portique/base/file.h"
#include "portique/base/text.h"

namespace portique::advisory {
namespace {

using model::VexStatus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::filesystem::path kFolder = std::filesystem::path(PORTIQUE_TESTDATA) / "vex";

VexDocument document(const std::string& file) {
  auto documents = read_vex(kFolder / file, {});
  EXPECT_TRUE(documents.has_value()) << (documents ? "" : documents.error().text());
  if (!documents || documents->size() != 1) return {};
  return std::move(documents->front());
}

/// Each product's purls, then what stands in brackets: its parts.
std::vector<std::string> products_of(const VexStatement& statement) {
  std::vector<std::string> out;
  const auto purls = [](const VexComponent& component) {
    std::string text;
    for (const model::Purl& purl : component.purls)
      text += (text.empty() ? "" : " ") + purl.text();
    return text;
  };
  for (const VexProduct& product : statement.products) {
    std::string text = purls(product.product);
    for (const VexComponent& part : product.subcomponents)
      text += " [" + purls(part) + "]";
    out.push_back(text);
  }
  return out;
}

TEST(OpenVex, ReadsTheFormOfPlainStrings) {
  const VexDocument vex = document("openvex-0.0.1.json");
  EXPECT_EQ(vex.format, "OpenVEX");
  ASSERT_EQ(vex.statements.size(), 1U);
  const VexStatement& statement = vex.statements[0];
  EXPECT_THAT(statement.vulnerabilities, ElementsAre("CVE-2023-12345"));
  EXPECT_EQ(statement.status, VexStatus::Fixed);
  EXPECT_THAT(products_of(statement),
              ElementsAre("pkg:apk/wolfi/git@2.39.0-r1?arch=armv7",
                          "pkg:apk/wolfi/git@2.39.0-r1?arch=x86_64"));
  EXPECT_EQ(statement.timestamp, base::parse_time("2023-01-09T00:02:03Z"))
      << "the document's, in its own zone";
}

TEST(OpenVex, ReadsImagesWithSubcomponents) {
  const VexDocument vex = document("openvex-0.2.0.json");
  ASSERT_EQ(vex.statements.size(), 5U);
  EXPECT_THAT(products_of(vex.statements[0]),
              ElementsAre("pkg:oci/alpine@sha256:"
                          "124c7d2707904eea7431fffe91522a01e5a861a624ee31d03372cc1d138a3126"
                          " [pkg:apk/alpine/libssl3@3.0.8-r3]"
                          " [pkg:apk/alpine/libcrypto3@3.0.8-r3]"));
  const VexStatement& last = vex.statements.back();
  EXPECT_THAT(last.vulnerabilities, ElementsAre("CVE-2023-3817"));
  EXPECT_EQ(last.status, VexStatus::NotAffected);
  EXPECT_EQ(last.justification, "vulnerable_code_not_present");
}

TEST(OpenVex, ReadsEveryWayToNameSoftware) {
  const auto documents = parse_vex("x",
                                   R"({
    "@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2024-01-01T00:00:00Z",
    "statements": [{
      "vulnerability": {"@id": "https://nvd.nist.gov/vuln/detail/CVE-2024-1",
                        "name": "CVE-2024-1", "aliases": ["GHSA-aaaa-bbbb-cccc"]},
      "timestamp": "2024-02-01T00:00:00Z",
      "products": [
        {"@id": "https://example.com/product", "identifiers": {
           "purl": "pkg:npm/%40scope/name@1.0.0", "cpe23": "cpe:2.3:a:x:y:1:*:*:*:*:*:*:*"}},
        {"@id": "ghcr.io/org/app:1.2"},
        {"hashes": {"sha-256": "124C7D2707904eea7431fffe91522a01e5a861a624ee31d03372cc1d138a3126",
                    "md5": "d41d8cd98f00b204e9800998ecf8427e"}}],
      "status": "not_affected", "impact_statement": "line one\n  line two"},
     {"vulnerability": {"@id": "https://nvd.nist.gov/vuln/detail/CVE-2024-2"},
      "status": "affected", "action_statement": "upgrade"}]})",
                                   {});
  ASSERT_TRUE(documents.has_value()) << documents.error().text();
  const VexStatement& first = documents->at(0).statements.at(0);
  EXPECT_THAT(first.vulnerabilities, ElementsAre("CVE-2024-1", "GHSA-aaaa-bbbb-cccc"));
  EXPECT_EQ(first.timestamp, base::parse_time("2024-02-01"));
  EXPECT_EQ(first.text, "line one line two");
  ASSERT_EQ(first.products.size(), 3U);
  EXPECT_EQ(first.products[0].product.purls.at(0).text(), "pkg:npm/%40scope/name@1.0.0");
  EXPECT_EQ(first.products[0].product.cpes.size(), 1U);
  EXPECT_THAT(first.products[1].product.references, ElementsAre("ghcr.io/org/app:1.2"));
  EXPECT_THAT(
      first.products[2].product.digests,
      ElementsAre("sha256:124c7d2707904eea7431fffe91522a01e5a861a624ee31d03372cc1d138a3126"));
  const VexStatement& second = documents->at(0).statements.at(1);
  EXPECT_THAT(second.vulnerabilities, ElementsAre("CVE-2024-2")) << "from its address";
  EXPECT_EQ(second.text, "upgrade");
  EXPECT_THAT(documents->at(0).notes, ElementsAre(HasSubstr("1 of 2 statements name no product")));
}

TEST(CycloneDxVex, FollowsLinksByTheirPurls) {
  const VexDocument vex = document("cyclonedx-links.json");
  EXPECT_EQ(vex.format, "CycloneDX VEX");
  ASSERT_EQ(vex.statements.size(), 2U);
  EXPECT_EQ(vex.statements[0].status, VexStatus::NotAffected);
  EXPECT_EQ(vex.statements[0].justification, "code_not_reachable");
  EXPECT_THAT(products_of(vex.statements[0]),
              ElementsAre("pkg:maven/org.springframework.boot/spring-boot@2.6.0"));
  EXPECT_EQ(vex.statements[1].status, VexStatus::NotAffected)
      << "the versions called affected are those that the analysis is about";
  EXPECT_THAT(products_of(vex.statements[1]),
              ElementsAre("pkg:deb/ubuntu/libstdc%2B%2B6@12.3.0-1ubuntu1~22.04"
                          "?arch=amd64&distro=ubuntu-22.04"));
}

TEST(CycloneDxVex, ReadsAnalysisAndOtherIds) {
  const VexDocument vex = document("cyclonedx-not-affected.json");
  ASSERT_EQ(vex.statements.size(), 1U);
  EXPECT_THAT(vex.statements[0].vulnerabilities,
              ElementsAre("CVE-2020-25649", "SNYK-JAVA-COMFASTERXMLJACKSONCORE-1048302"));
  EXPECT_THAT(vex.statements[0].text, HasSubstr("not reachable, either directly or indirectly"));
  EXPECT_EQ(vex.statements[0].timestamp, base::parse_time("2021-10-26"));
}

TEST(CycloneDxVex, TellsVersionsApart) {
  const VexDocument vex = document("cyclonedx-versions.json");
  EXPECT_EQ(vex.statements.size(), 8U);
  EXPECT_EQ(vex.statements[0].status, VexStatus::Affected);
  EXPECT_THAT(vex.notes, ElementsAre(HasSubstr("8 of 8 statements name no product")))
      << "its products have names only";

  const auto documents = parse_vex("x",
                                   R"({"bomFormat": "CycloneDX", "specVersion": "1.5",
    "components": [{"bom-ref": "c1", "purl": "pkg:npm/left-pad",
                    "components": [{"bom-ref": "c2", "purl": "pkg:npm/inner@3.0.0"}]}],
    "vulnerabilities": [{"id": "CVE-2024-1", "analysis": {"state": "exploitable"},
      "affects": [{"ref": "c1", "versions": [{"version": "1.0.0"},
                                             {"version": "1.1.0", "status": "unaffected"},
                                             {"range": "vers:npm/>=2.0.0", "status": "unaffected"},
                                             {"range": "no range", "status": "unaffected"}]},
                  {"ref": "c2"}, {"ref": "nobody"}]}]})",
                                   {});
  ASSERT_TRUE(documents.has_value()) << documents.error().text();
  const auto& statements = documents->at(0).statements;
  ASSERT_EQ(statements.size(), 2U);
  EXPECT_EQ(statements[0].status, VexStatus::NotAffected);
  EXPECT_THAT(products_of(statements[0]),
              ElementsAre("pkg:npm/left-pad@1.1.0", "pkg:npm/left-pad"));
  EXPECT_EQ(statements[0].products[1].product.ranges.size(), 1U);
  EXPECT_EQ(statements[1].status, VexStatus::Affected);
  EXPECT_THAT(products_of(statements[1]),
              ElementsAre("pkg:npm/left-pad@1.0.0", "pkg:npm/inner@3.0.0", ""));
}

TEST(CycloneDxVex, KeepsComponentsInsideTheSubject) {
  const auto documents = parse_vex("x",
                                   R"({"bomFormat": "CycloneDX", "specVersion": "1.5",
    "metadata": {"component": {"bom-ref": "image", "type": "container", "name": "app",
                               "purl": "pkg:oci/app@sha256:00?repository_url=ghcr.io/org/app"}},
    "components": [{"bom-ref": "c1", "purl": "pkg:deb/debian/curl@1"}],
    "vulnerabilities": [{"id": "CVE-2024-1", "analysis": {"state": "in_triage"},
                         "affects": [{"ref": "c1"}, {"ref": "image"}]},
                        {"id": "CVE-2024-2", "affects": [{"ref": "c1"}]}]})",
                                   {});
  ASSERT_TRUE(documents.has_value()) << documents.error().text();
  ASSERT_EQ(documents->at(0).statements.size(), 1U);
  constexpr const char* kImage = "pkg:oci/app@sha256:00?repository_url=ghcr.io%2Forg%2Fapp";
  EXPECT_THAT(products_of(documents->at(0).statements[0]),
              ElementsAre(std::string(kImage) + " [pkg:deb/debian/curl@1]", kImage));
  EXPECT_EQ(documents->at(0).statements[0].status, VexStatus::UnderInvestigation);
  EXPECT_THAT(documents->at(0).notes,
              ElementsAre(HasSubstr("1 of 2 vulnerabilities have no analysis")));
}

TEST(Csaf, ReadsTheProductTree) {
  const VexDocument vex = document("csaf-example.json");
  EXPECT_EQ(vex.format, "CSAF");
  ASSERT_EQ(vex.statements.size(), 1U);
  EXPECT_EQ(vex.statements[0].status, VexStatus::NotAffected);
  EXPECT_THAT(products_of(vex.statements[0]),
              ElementsAre("pkg:golang/github.com/go-homedir@v1.2.0"));
  EXPECT_EQ(vex.statements[0].timestamp, base::parse_time("2022-03-03T11:00:00Z"));
  EXPECT_THAT(vex.statements[0].text, HasSubstr("Class with vulnerable code was removed"));
}

TEST(Csaf, ComponentsStayInsideTheirProduct) {
  const VexDocument vex = document("csaf-relationships.json");
  ASSERT_EQ(vex.statements.size(), 1U);
  EXPECT_THAT(products_of(vex.statements[0]),
              ElementsAre("pkg:golang/github.com/aquasecurity/go-direct1@v2.0.0"
                          " [pkg:golang/github.com/aquasecurity/go-transitive@v4.0.0]"));
  EXPECT_EQ(vex.statements[0].justification, "vulnerable_code_cannot_be_controlled_by_adversary");
}

TEST(Csaf, PlatformsOfRedHatAreConditions) {
  const VexDocument vex = document("csaf-redhat-cve-2023-38545.json");
  std::map<VexStatus, std::size_t> products;
  for (const VexStatement& statement : vex.statements) {
    products[statement.status] += statement.products.size();
    for (const VexProduct& product : statement.products) {
      EXPECT_EQ(product.platforms.size(), 1U);
      EXPECT_TRUE(product.product.is_identified());
    }
  }
  EXPECT_EQ(products[VexStatus::NotAffected], 9U);
  EXPECT_EQ(products[VexStatus::Fixed], 12U);
  const VexStatement& first = vex.statements[0];
  EXPECT_EQ(first.status, VexStatus::NotAffected);
  EXPECT_EQ(first.justification, "vulnerable_code_not_present");
  EXPECT_THAT(first.products[1].platforms, ElementsAre("cpe:/o:redhat:enterprise_linux:7"));
  EXPECT_EQ(first.products[1].product.purls[0].text(), "pkg:rpm/redhat/curl?arch=src");
  EXPECT_THAT(vex.notes, IsEmpty());
}

TEST(Csaf, WhatCannotBeCheckedMatchesNothing) {
  const auto documents = parse_vex("x",
                                   R"({"document": {"csaf_version": "2.0"},
    "product_tree": {
      "branches": [{"category": "product_version_range", "name": "<=1.14.0",
                    "product": {"product_id": "P1",
                      "product_identification_helper": {"purl": "pkg:npm/secvisogram"}}},
                   {"category": "product_version_range", "name": "vers:npm/<=1.14.0",
                    "product": {"product_id": "P2",
                      "product_identification_helper": {"purl": "pkg:npm/secvisogram"}}},
                   {"category": "product_name", "name": "App", "product": {"product_id": "APP"}}],
      "product_groups": [{"group_id": "G", "product_ids": ["P2", "LOOP"]}],
      "relationships": [
        {"category": "default_component_of", "product_reference": "P2",
         "relates_to_product_reference": "APP", "full_product_name": {"product_id": "P2-IN-APP"}},
        {"category": "default_component_of", "product_reference": "LOOP",
         "relates_to_product_reference": "LOOP", "full_product_name": {"product_id": "LOOP"}}]},
    "vulnerabilities": [{"cve": "CVE-2024-1",
      "ids": [{"system_name": "Red Hat Bugzilla", "text": "1794290"},
              {"system_name": "GitHub", "text": "GHSA-aaaa-bbbb-cccc"}],
      "flags": [{"label": "component_not_present", "group_ids": ["G"]}],
      "product_status": {"known_not_affected": ["P1", "P2", "P2-IN-APP", "LOOP", "NOBODY"]}}]})",
                                   {});
  ASSERT_TRUE(documents.has_value()) << documents.error().text();
  std::vector<std::string> usable;
  for (const VexStatement& statement : documents->at(0).statements) {
    EXPECT_THAT(statement.vulnerabilities, ElementsAre("CVE-2024-1", "GHSA-aaaa-bbbb-cccc"));
    for (const VexProduct& product : statement.products)
      if (product.product.is_identified())
        usable.push_back(product.product.purls[0].text() + " " + statement.justification);
  }
  EXPECT_THAT(usable, ElementsAre("pkg:npm/secvisogram component_not_present"));
}

constexpr std::string_view kPredicate = R"({"@context": "https://openvex.dev/ns/v0.2.0",
  "statements": [{"vulnerability": {"name": "CVE-2024-1"}, "status": "not_affected",
                  "justification": "component_not_present"}]})";
constexpr std::string_view kDigest =
    "124c7d2707904eea7431fffe91522a01e5a861a624ee31d03372cc1d138a3126";

std::string statement_around(std::string_view predicate, std::string_view type) {
  return R"({"_type": "https://in-toto.io/Statement/v0.1", "predicateType": ")" +
         std::string(type) + R"(", "subject": [{"name": "app", "digest": {"sha256": ")" +
         std::string(kDigest) + R"("}}], "predicate": )" + std::string(predicate) + "}";
}

std::string envelope_around(std::string_view payload) {
  return R"({"payloadType": "application/vnd.in-toto+json", "payload": ")" +
         base::to_base64(payload) + R"(", "signatures": [{"sig": "eA=="}]})";
}

TEST(Vex, TakesAttestationsApart) {
  const std::string statement = statement_around(kPredicate, "https://openvex.dev/ns/v0.2.0");
  const std::string envelope = envelope_around(statement);
  const std::string bundle =
      R"({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": )" +
      envelope + "}";
  const std::string cosign = statement_around(
      R"({"Data": )" + std::string(kPredicate) + R"(, "Timestamp": "x"})", "cosign.sigstore.dev");
  for (const std::string& text : {statement, envelope, bundle, cosign}) {
    const auto documents = parse_vex("x", text, {});
    ASSERT_TRUE(documents.has_value()) << documents.error().text();
    const VexStatement& read = documents->at(0).statements.at(0);
    ASSERT_EQ(read.products.size(), 1U) << "the subject is the product";
    EXPECT_THAT(read.products[0].product.digests, ElementsAre("sha256:" + std::string(kDigest)));
    EXPECT_THAT(read.products[0].product.references, IsEmpty());
    const bool is_signed = text.find("payload") != std::string::npos;
    EXPECT_EQ(documents->at(0).notes.size(), is_signed ? 1U : 0U);
    if (is_signed) {
      EXPECT_THAT(documents->at(0).notes[0], HasSubstr("was not verified"));
    }
  }
}

TEST(Vex, TakesTheVexOutOfAListOfAttestations) {
  const std::string slsa =
      envelope_around(statement_around("{}", "https://slsa.dev/provenance/v1"));
  std::string vex = statement_around(kPredicate, "https://openvex.dev/ns");
  std::erase(vex, '\n');
  const auto documents = parse_vex("x", slsa + "\n" + envelope_around(vex) + "\n", {});
  ASSERT_TRUE(documents.has_value()) << documents.error().text();
  ASSERT_EQ(documents->size(), 1U);
  EXPECT_THAT(
      documents->at(0).notes,
      ElementsAre(HasSubstr("not verified"), HasSubstr("1 of its attestations are no VEX")));
  EXPECT_FALSE(parse_vex("x", slsa + "\n" + slsa + "\n", {}));
}

struct RefusedCase {
  std::string_view name;
  std::string text;
  base::Code code;
  std::string_view message;
};

TEST(Vex, SaysWhatItRefuses) {
  std::string wrapped(kPredicate);
  for (int i = 0; i < 8; ++i)
    wrapped = envelope_around(wrapped);
  const RefusedCase cases[] = {
      {"no JSON", "# comment", base::Code::Malformed, "not valid JSON"},
      {"a list", "[]", base::Code::Malformed, "not a JSON object"},
      {"another document", R"({"a": 1})", base::Code::Unsupported, "not a VEX document"},
      {"an SBOM",
       R"({"bomFormat": "CycloneDX", "components": []})",
       base::Code::Unsupported,
       "without vulnerabilities is no VEX"},
      {"a security notice",
       R"({"document": {"csaf_version": "2.0"}})",
       base::Code::Unsupported,
       "without vulnerabilities"},
      {"no status",
       R"({"@context": "https://openvex.dev/ns", "statements": [{"vulnerability": "CVE-1"}]})",
       base::Code::Malformed,
       "statement 1: '' is no status"},
      {"a status of its own",
       R"({"@context": "https://openvex.dev/ns",
           "statements": [{"vulnerability": "CVE-1", "status": "Not Affected"}]})",
       base::Code::Malformed,
       "'Not Affected' is no status"},
      {"no vulnerability",
       R"({"@context": "https://openvex.dev/ns", "statements": [{}]})",
       base::Code::Malformed,
       "names no vulnerability"},
      {"no statements",
       R"({"@context": "https://openvex.dev/ns"})",
       base::Code::Malformed,
       "without statements"},
      {"no base64",
       R"({"payloadType": "x", "payload": "%%%"})",
       base::Code::Malformed,
       "no base64"},
      {"endless envelopes", wrapped, base::Code::LimitExceeded, "too many envelopes"},
      {"too long", std::string(33U << 20U, ' '), base::Code::LimitExceeded, "larger than"},
  };
  for (const RefusedCase& row : cases) {
    const auto documents = parse_vex("x", row.text, {});
    ASSERT_FALSE(documents) << row.name;
    EXPECT_EQ(documents.error().code(), row.code) << row.name;
    EXPECT_THAT(documents.error().text(), HasSubstr(row.message)) << row.name;
  }
}

TEST(Vex, CutFilesAreRefusedAndNeverHalfRead) {
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".json") continue;
    std::string text = *base::read_file(entry.path(), 1U << 20U);
    while (!text.empty() && base::is_space(text.back()))
      text.pop_back();
    for (std::size_t size = 0; size < text.size(); size += 97)
      EXPECT_FALSE(parse_vex("x", std::string_view(text).substr(0, size), {})) << entry.path();
  }
}

} // namespace
} // namespace portique::advisory
