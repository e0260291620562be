// Real SBOMs of other tools (testdata/real/README.md), and what hostile ones may do.
#include <filesystem>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/sbom/sbom_reader.h"

namespace portique::inventory {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

SbomDocument read_text(std::string_view text, const base::Limits& limits = {}) {
  return read_sbom_document({"sbom", base::as_bytes(text)}, limits);
}

std::string real_text(std::string_view name) {
  const auto path = std::filesystem::path(PORTIQUE_TESTDATA) / "real" / name;
  auto text = base::read_file(path, 1U << 20U);
  EXPECT_TRUE(text) << path;
  return text.value_or("");
}

SbomDocument read_real(std::string_view name) {
  return read_text(real_text(name));
}

std::string shown(const model::Package& package) {
  return fmt::format("{} {} {} src={} {} layer={} path={}",
                     package.purl,
                     package.version,
                     package.arch,
                     package.source_name,
                     package.source_version,
                     package.layer,
                     package.path);
}

std::vector<std::string> all_shown(const SbomDocument& document) {
  std::vector<std::string> texts;
  for (const model::Package& package : document.analysis.packages)
    texts.push_back(shown(package) + " " + fmt::to_string(package.hashes.size()) + " " +
                    fmt::format("{}", fmt::join(package.licences, "|")) + " " +
                    fmt::format("{}", fmt::join(package.dependencies, "|")));
  return texts;
}

std::vector<std::string> messages(const SbomDocument& document) {
  std::vector<std::string> texts;
  for (const model::Issue& issue : document.analysis.issues)
    texts.push_back(issue.message);
  return texts;
}

TEST(SbomReader, ReadsWhatOtherToolsWrite) {
  struct Case {
    std::string_view file;
    std::string_view format;
    std::string_view distro;
    std::size_t packages;
    std::size_t layers;
    std::string_view one; ///< one of the packages, as shown() has it
  };

  const Case cases[] = {
      {"trivy-image.cdx.json",
       "CycloneDX 1.7",
       "alpine 3.16.0",
       7,
       2,
       "pkg:apk/alpine/musl@1.2.3-r0?distro=3.16.0 1.2.3-r0  src=musl 1.2.3-r0 layer=0 path="},
      {"trivy-image.cdx.json",
       "CycloneDX 1.7",
       "alpine 3.16.0",
       7,
       2,
       "pkg:composer/pear/log@1.13.1 1.13.1  src=  layer=1 path=app/composer/composer.lock"},
      {"trivy-image.cdx.intoto.jsonl",
       "CycloneDX 1.4",
       "alpine 3.16.0",
       6,
       2,
       "pkg:npm/bootstrap@5.0.2 5.0.2  src=  layer=1 path=app/app/package.json"},
      {"trivy-cycle.cdx.json",
       "CycloneDX 1.5",
       "ubuntu 22.04",
       2,
       1,
       "pkg:deb/ubuntu/libcrypt1@4.4.27-1?distro=ubuntu-22.04&epoch=1 1:4.4.27-1  src=libxcrypt "
       "1:4.4.27-1 layer=0 path="},
      {"trivy-nested.cdx.json",
       "CycloneDX 1.6",
       "",
       5,
       0,
       "pkg:golang/golang.org/x/xerrors@v0.0.0-20200804184101-5ec99f83aff1 "
       "v0.0.0-20200804184101-5ec99f83aff1  src=  layer=-1 path="},
      {"trivy-image.spdx.json",
       "SPDX 2.2",
       "alpine 3.16.0",
       6,
       2,
       "pkg:apk/alpine/musl@1.2.3-r0?distro=3.16.0 1.2.3-r0  src=musl 1.2.3-r0 layer=0 path="},
      {"trivy-npm.json",
       "Trivy JSON 2",
       "",
       12,
       0,
       "pkg:npm/loose-envify@1.4.0 1.4.0  src=  layer=-1 path=package-lock.json"},
      {"trivy-centos-7.json",
       "Trivy JSON 2",
       "centos 7.6.1810",
       2,
       1,
       "pkg:rpm/centos/openssl-libs@1.0.2k-16.el7?arch=x86_64&distro=centos-7.6.1810&epoch=1 "
       "1:1.0.2k-16.el7 x86_64 src=openssl-libs 1:1.0.2k-16.el7 layer=0 path="},
      {"syft-alpine.syft.json",
       "Syft JSON 6.0.0",
       "alpine 3.16.3",
       14,
       1,
       "pkg:apk/alpine/alpine-baselayout-data@3.2.0-r23?arch=x86_64&distro=alpine-3.16.3&upstream="
       "alpine-baselayout 3.2.0-r23 x86_64 src=alpine-baselayout 3.2.0-r23 layer=0 "
       "path=lib/apk/db/installed"},
      {"syft-alpine.spdx.json",
       "SPDX 2.2",
       "alpine 3.10.9",
       3,
       0,
       "pkg:apk/alpine/ssl_client@1.30.1-r5?arch=x86_64&distro=alpine-3.10.9&upstream=busybox "
       "1.30.1-r5 x86_64 src=busybox 1.30.1-r5 layer=-1 path="},
      {"syft-tag-value.spdx",
       "SPDX 2.3",
       "alpine 3.12.5",
       3,
       0,
       "pkg:maven/com.mycompany.app/my-app@1 1  src=  layer=-1 path="},
      {"syft-image.cdx.xml",
       "CycloneDX 1.7",
       "debian 1.2.3",
       2,
       0,
       "pkg:pypi/package-1@1.0.1 1.0.1  src=  layer=-1 path=somefile-1.txt"},
      {"valid-bom-1.2.xml",
       "CycloneDX 1.2",
       "",
       3,
       0,
       "pkg:maven/com.acme/tomcat-catalina@9.0.14?packaging=jar 9.0.14  src=  layer=-1 path="},
      {"valid-bom-1.5.json",
       "CycloneDX 1.5",
       "",
       2,
       0,
       "pkg:npm/acme/component@1.0.0 1.0.0  src=  layer=-1 path="},
      {"SPDXTagExample-v2.3.spdx",
       "SPDX 2.3",
       "",
       3,
       0,
       "pkg:maven/org.apache.jena/apache-jena@3.12.0 3.12.0  src=  layer=-1 path="},
  };
  for (const Case& c : cases) {
    const SbomDocument document = read_real(c.file);
    EXPECT_EQ(document.format, c.format) << c.file;
    const model::Distro distro = document.analysis.distro.value_or(model::Distro{});
    EXPECT_EQ(distro.id + (distro.known() ? " " : "") + distro.version_id, c.distro) << c.file;
    EXPECT_THAT(document.analysis.packages, SizeIs(c.packages)) << c.file;
    EXPECT_THAT(document.image.layers, SizeIs(c.layers)) << c.file;
    std::vector<std::string> packages;
    for (const model::Package& package : document.analysis.packages)
      packages.push_back(shown(package));
    EXPECT_THAT(packages, Contains(std::string(c.one))) << c.file;
  }
}

TEST(SbomReader, FormsOfOneDocumentSayTheSame) {
  const std::pair<std::string_view, std::string_view> pairs[] = {
      {"valid-bom-1.6.json", "valid-bom-1.6.xml"},
      {"valid-bom-1.7.json", "valid-bom-1.7.xml"},
      {"SPDXJSONExample-v2.3.spdx.json", "SPDXTagExample-v2.3.spdx"},
  };
  for (const auto& [left, right] : pairs) {
    const auto texts = all_shown(read_real(left));
    EXPECT_THAT(texts, Not(IsEmpty())) << left;
    EXPECT_EQ(texts, all_shown(read_real(right))) << right;
  }
}

TEST(SbomReader, ReadsWhoDependsOnWhom) {
  const SbomDocument cycle = read_real("trivy-cycle.cdx.json");
  ASSERT_THAT(cycle.analysis.packages, SizeIs(2));
  EXPECT_THAT(cycle.analysis.packages[0].dependencies, ElementsAre("libcrypt1@1:4.4.27-1"));
  EXPECT_THAT(cycle.analysis.packages[1].dependencies, ElementsAre("libc6@2.35-0ubuntu3.1"));
  const SbomDocument syft = read_real("syft-alpine.syft.json");
  EXPECT_THAT(syft.analysis.packages[0].dependencies, ElementsAre("busybox@1.35.0-r17"));
}

TEST(SbomReader, SaysWhatCannotBeChecked) {
  EXPECT_THAT(messages(read_real("trivy-centos-7.json")),
              ElementsAre(HasSubstr("lists only the packages that have vulnerabilities")));
  EXPECT_THAT(messages(read_real("trivy-invalid-purl.cdx.json")),
              ElementsAre(HasSubstr("'invalid-purl-format' is no package URL")));
  EXPECT_THAT(messages(read_real("SPDXJSONExample-v2.3.spdx.json")),
              ElementsAre(HasSubstr("2 components have no package URL that says what kind of "
                                    "package it is and cannot be checked: Saxon, Apache "
                                    "Commons Lang")));
  const auto several = read_text(
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[
        {"type":"library","name":"a","version":"1","purl":"pkg:deb/debian/a@1?distro=debian-12"},
        {"type":"library","name":"b","version":"1","purl":"pkg:deb/debian/b@1?distro=debian-12"},
        {"type":"library","name":"c","version":"1","purl":"pkg:deb/ubuntu/c@1?distro=ubuntu-22.04"},
        {"type":"library","name":"d","purl":"pkg:npm/d"},
        {"type":"library","version":"1"}]})");
  EXPECT_THAT(messages(several),
              ElementsAre("a component without a name was left out",
                          HasSubstr("1 packages are of another distribution than debian 12"),
                          HasSubstr("1 component has no version and cannot be checked: d")));
  EXPECT_EQ(several.analysis.distro->id, "debian");
}

TEST(SbomReader, GuessesWithoutPackageUrl) {
  const auto document = read_text(
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[
        {"type":"library","name":"lodash","version":"4.17.20",
         "cpe":"cpe:2.3:a:lodash:lodash:4.17.20:*:*:*:*:node.js:*:*"},
        {"type":"library","bom-ref":"pkg:gem/rails@7.0.0","name":"rails","version":"7.0.0"},
        {"type":"library","name":"org.x:y","version":"1",
         "properties":[{"name":"syft:package:type","value":"java-archive"}]},
        {"type":"library","group":"g","name":"n","version":"2"}]})");
  EXPECT_THAT(all_shown(document),
              ElementsAre(HasSubstr("pkg:npm/lodash@4.17.20"),
                          HasSubstr("pkg:gem/rails@7.0.0"),
                          HasSubstr("pkg:maven/org.x/y@1"),
                          HasSubstr(" 2  src=")));
  EXPECT_EQ(document.analysis.packages[3].type, "generic");
  EXPECT_THAT(messages(document), ElementsAre(HasSubstr("cannot be checked: n")));
}

TEST(SbomReader, TakesEpochsAndModulesFromQualifiers) {
  const auto document = read_text(
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[
        {"type":"library","name":"podman","version":"4.9.4-0.1.el9","purl":
        "pkg:rpm/redhat/podman@4.9.4-0.1.el9?arch=x86_64&distro=rhel-9.4&epoch=2&upstream=podman-4.9.4-0.1.el9.src.rpm"},
        {"type":"library","name":"nodejs","version":"1:16.20.2-3.el8","purl":
        "pkg:rpm/redhat/nodejs@16.20.2-3.el8?rpmmod=nodejs:16"},
        {"type":"library","name":"bc","version":"1.07","purl":"pkg:deb/debian/bc@1.07?epoch=1"}]})");
  const auto& packages = document.analysis.packages;
  ASSERT_THAT(packages, SizeIs(3));
  EXPECT_EQ(packages[0].version, "2:4.9.4-0.1.el9");
  EXPECT_EQ(packages[0].epoch, 2U);
  EXPECT_EQ(packages[0].source_name, "podman");
  EXPECT_EQ(packages[0].source_version, "2:4.9.4-0.1.el9");
  EXPECT_EQ(packages[1].version, "1:16.20.2-3.el8");
  EXPECT_EQ(packages[1].module_label, "nodejs:16");
  EXPECT_EQ(packages[2].version, "1:1.07");
  EXPECT_EQ(document.analysis.distro->id, "rhel");
  EXPECT_EQ(document.analysis.distro->version_id, "9.4");
}

TEST(SbomReader, ReadsFromAnOpenFileInPieces) {
  // Some 3 MB: more than is read at once.
  std::string text = R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[)";
  for (int i = 0; i < 20'000; ++i)
    text +=
        fmt::format(R"({}{{"type":"library","name":"p{}","version":"1.{}","purl":"pkg:npm/p{}@1.{}",
      "description":"{}"}})",
                    i == 0 ? "" : ",",
                    i,
                    i,
                    i,
                    i,
                    std::string(50, 'x'));
  text += "]}";
  const auto folder = base::TempDir::create("portique-sbom").value();
  ASSERT_TRUE(base::write_file_atomically(folder.path() / "sbom", text));
  const auto file = base::open_file(folder.path() / "sbom").value();
  const auto document = read_sbom_document({"sbom", file, 0, text.size()}, {});
  EXPECT_THAT(document.analysis.packages, SizeIs(20'000));
  EXPECT_THAT(messages(document), IsEmpty());
}

TEST(SbomReader, EveryBreakIsTold) {
  for (const std::string_view name : {"trivy-image.cdx.json",
                                      "trivy-image.spdx.json",
                                      "trivy-image.cdx.intoto.jsonl",
                                      "trivy-npm.json",
                                      "syft-image.cdx.xml",
                                      "syft-alpine.spdx.json"}) {
    const std::string text = real_text(name);
    const std::size_t end = text.find_last_of("}>");
    for (std::size_t size = 1; size <= end; size += 97)
      EXPECT_THAT(messages(read_text(text.substr(0, size))), Not(IsEmpty())) << name << " " << size;
  }
}

TEST(SbomReader, KeepsWhatStoodBeforeABreak) {
  const std::string text = real_text("trivy-npm.json");
  const auto document = read_text(text.substr(0, text.size() * 2 / 3));
  EXPECT_EQ(document.format, "Trivy JSON 2");
  EXPECT_THAT(document.analysis.packages, Not(IsEmpty()));
  EXPECT_THAT(messages(document), Contains(HasSubstr("the JSON ends early")));
}

TEST(SbomReader, RefusesWhatIsNoSbom) {
  for (const std::string_view text : {"",
                                      "hello",
                                      "{}",
                                      "[]",
                                      "null",
                                      "{\"packages\":[]}",
                                      "<html></html>",
                                      "<bom></bom>",
                                      "SPDX",
                                      "\xff\xfe{"}) {
    const auto document = read_text(text);
    EXPECT_EQ(document.format, "") << text;
    EXPECT_THAT(messages(document), Not(IsEmpty())) << text;
  }
  EXPECT_THAT(
      messages(read_text(R"({"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld"})")),
      ElementsAre(HasSubstr("SPDX 3.0.1 is not read")));
}

TEST(SbomReader, OpensWhatIsWrappedAround) {
  const std::string bom =
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1"}]})";
  const std::string spdx =
      R"({"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-a","name":"a","versionInfo":"1","externalRefs":[{"referenceType":"purl","referenceLocator":"pkg:npm/a@1"}]}]})";
  const std::string statement =
      R"({"_type":"https://in-toto.io/Statement/v1","predicateType":"https://cyclonedx.org/bom","predicate":)";
  const std::string quoted = boost::json::serialize(boost::json::value(spdx));
  // printf '%s' '{"bomFormat":"CycloneDX",...}' | base64, with the statement around it
  const std::string payload =
      "eyJwcmVkaWNhdGUiOnsiYm9tRm9ybWF0IjoiQ3ljbG9uZURYIiwic3BlY1ZlcnNpb24iOiIxLjYiLCJjb21wb25l"
      "bnRzIjpbeyJ0eXBlIjoibGlicmFyeSIsIm5hbWUiOiJhIiwidmVyc2lvbiI6IjEiLCJwdXJsIjoicGtnOm5wbS9h"
      "QDEifV19fQ==";
  const std::string texts[] = {
      statement + bom + "}",
      statement + spdx + "}",
      statement + R"({"Timestamp":"","Data":)" + quoted + "}}",
      R"({"sbom":)" + spdx + "}",
      R"({"payloadType":"application/vnd.in-toto+json","payload":")" + payload + R"("})",
      R"({"mediaType":"application/vnd.dev.sigstore.bundle+json;version=0.3","dsseEnvelope":{"payload":")" +
          payload + R"("}})",
      "\xEF\xBB\xBF\n " + bom,
      "{}\n" + bom + "\n",
  };
  for (const std::string& text : texts) {
    const auto document = read_text(text);
    EXPECT_THAT(all_shown(document), ElementsAre(HasSubstr("pkg:npm/a@1"))) << text;
    EXPECT_THAT(messages(document), IsEmpty()) << text;
  }
  EXPECT_THAT(messages(read_text(bom + bom)),
              ElementsAre("the file holds 1 further SBOMs, which were not read"));
  EXPECT_THAT(messages(read_text(R"({"payload":")" + payload.substr(0, 100) + R"("})")),
              Not(IsEmpty()));
  EXPECT_THAT(messages(read_text(R"({"payload":"eyJ*"})")), Not(IsEmpty()));
}

TEST(SbomReader, StaysWithinItsLimits) {
  base::Limits limits;
  limits.packages = 2;
  const std::string three =
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[
        {"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1"},
        {"type":"library","name":"b","version":"1","purl":"pkg:npm/b@1"},
        {"type":"library","name":"c","version":"1","purl":"pkg:npm/c@1"}]})";
  EXPECT_THAT(messages(read_text(three, limits)),
              ElementsAre("more than 2 components; the others were not read"));
  limits = {};
  limits.sbom_value_bytes = 1000;
  const std::string large =
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[
        {"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1","description":")" +
      std::string(2000, 'x') +
      R"("},{"type":"library","name":"b","version":"1","purl":"pkg:npm/b@1"}]})";
  const auto without = read_text(large, limits);
  EXPECT_THAT(all_shown(without), ElementsAre(HasSubstr("pkg:npm/b@1")));
  EXPECT_THAT(messages(without),
              ElementsAre("an entry of components is too large and was not read"));
  limits = {};
  limits.sbom_bytes = 10;
  EXPECT_THAT(messages(read_text(three, limits)), ElementsAre(HasSubstr("10 are allowed")));
}

TEST(SbomReader, IsNotLedIntoDepthsOrEntities) {
  std::string deep = R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":)";
  for (int i = 0; i < 100'000; ++i)
    deep += R"([{"components":)";
  EXPECT_THAT(messages(read_text(deep)), ElementsAre(HasSubstr("not valid JSON")));
  const std::string entities =
      R"(<?xml version="1.0"?><!DOCTYPE bom [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
      <bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>&b;</components></bom>)";
  EXPECT_THAT(messages(read_text(entities)), ElementsAre("an SBOM has no document type"));
  std::string nested = R"(<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>)";
  for (int i = 0; i < 100'000; ++i)
    nested += "<component>";
  EXPECT_THAT(messages(read_text(nested)), Contains("the XML is nested too deep"));
}

TEST(SbomReader, ADocumentMayNotPointOutsideItsLayers) {
  const auto document = read_text(
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[
        {"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1","properties":[
          {"name":"portique:layer:index","value":"7"},
          {"name":"portique:removedIn:index","value":"9"}]}]})");
  ASSERT_THAT(document.analysis.packages, SizeIs(1));
  EXPECT_EQ(document.analysis.packages[0].layer, model::kNoLayer);
  EXPECT_EQ(document.analysis.packages[0].removed_in, model::kNoLayer);
}

TEST(SbomReader, RepeatedComponentsCountOnce) {
  const auto document = read_text(
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[
        {"bom-ref":"1","type":"library","name":"a","version":"1","purl":"pkg:npm/a@1"},
        {"bom-ref":"2","type":"library","name":"a","version":"1","purl":"pkg:npm/a@1"},
        {"bom-ref":"3","type":"library","name":"b","version":"1","purl":"pkg:npm/b@1"}],
        "dependencies":[{"ref":"3","dependsOn":["1","2","3","nonesuch"]}]})");
  ASSERT_THAT(document.analysis.packages, SizeIs(2));
  EXPECT_THAT(document.analysis.packages[1].dependencies, ElementsAre("a@1"));
}

TEST(SbomReader, SubspecsOfAPodStayApart) {
  const SbomDocument document = read_text(
      R"({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
          {"type": "library", "name": "Texture", "purl": "pkg:cocoapods/Texture@3.1.0"},
          {"type": "library", "name": "Texture/Core", "purl": "pkg:cocoapods/Texture@3.1.0#Core"}]})");
  ASSERT_THAT(document.analysis.packages, SizeIs(2));
  EXPECT_EQ(document.analysis.packages[0].name, "Texture");
  EXPECT_EQ(document.analysis.packages[1].name, "Texture/Core");
  EXPECT_EQ(document.analysis.packages[1].purl, "pkg:cocoapods/Texture@3.1.0#Core");
}

TEST(SbomReader, TagValueLinesThatAreNoFieldAreIssues) {
  const auto document = read_text("SPDXVersion: SPDX-2.3\nPackageName: a\nSPDXID: SPDXRef-a\n"
                                  "garbage\nPackageVersion: 1\nExternalRef: PACKAGE-MANAGER purl "
                                  "pkg:npm/a@1\nPackageComment: <text>one\nPackageName: not one\n"
                                  "two</text>\n");
  EXPECT_THAT(all_shown(document), ElementsAre(HasSubstr("pkg:npm/a@1")));
  EXPECT_THAT(messages(document), ElementsAre("line 4: no tag: \"garbage\""));
  EXPECT_THAT(messages(read_text("SPDXVersion: SPDX-2.3\nPackageComment: <text>one\n")),
              ElementsAre(HasSubstr("a <text> is not closed")));
}

TEST(SbomReader, AnSbomInsideAnImageHasNoLayersOfItsOwn) {
  const std::string text = real_text("trivy-image.cdx.json");
  const Analysis analysis = read_sbom({"sbom", base::as_bytes(text)}, {});
  EXPECT_THAT(analysis.packages, SizeIs(7));
  for (const model::Package& package : analysis.packages)
    EXPECT_EQ(package.layer, model::kNoLayer);
}

} // namespace
} // namespace portique::inventory
