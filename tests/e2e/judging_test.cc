// What counts of what was found: VEX, exceptions, severity sources, risk, base images, and the
// proof behind a verdict, on Alpine images with Alpine's own advisories.

#include <algorithm>

#include "e2e/program.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/test_support/image_builder.h"
#include "portique/test_support/shared_data.h"
#include "portique/test_support/tar_builder.h"

namespace portique::e2e {
namespace {

namespace json = boost::json;
using test_support::BuildImage;
using test_support::TarBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string installed(std::string_view name, std::string_view version, std::string_view origin) {
  return "P:" + std::string(name) + "\nV:" + std::string(version) +
         "\nA:x86_64\no:" + std::string(origin) + "\n\n";
}

/// What apk knows in a base image of Alpine 3.4 with these versions.
std::string base_packages(std::string_view openssl, std::string_view zlib) {
  return installed("libcrypto1.0", openssl, "openssl") +
         installed("libssl1.0", openssl, "openssl") + installed("musl", "1.1.14-r10", "musl") +
         installed("zlib", zlib, "zlib");
}

std::string base_layer(std::string_view packages) {
  return TarBuilder()
      .file("etc/os-release", "ID=alpine\nVERSION_ID=3.4.6\nPRETTY_NAME=\"Alpine Linux v3.4\"\n")
      .file("lib/apk/db/installed", packages)
      .finish();
}

std::string write_image(const BuildImage& image) {
  return write_file(fresh_folder() / "image.tar", test_support::docker_archive(image));
}

const std::string kOld = base_packages("1.0.2h-r1", "1.2.8-r2");

std::string old_base() {
  return write_image({.layers = {{.tar = base_layer(kOld), .created_by = "ADD file:1 in /"}}});
}

std::string newer_base() {
  return write_image({.layers = {{.tar = base_layer(base_packages("1.0.2q-r0", "1.2.8-r2")),
                                  .created_by = "ADD file:2 in /"}}});
}

/// curl on the old base.
std::string application() {
  const std::string packages =
      kOld + installed("curl", "7.60.0-r0", "curl") + installed("libcurl", "7.49.1-r0", "curl");
  return write_image(
      {.layers = {{.tar = base_layer(kOld), .created_by = "ADD file:1 in /"},
                  {.tar = TarBuilder().file("lib/apk/db/installed", packages).finish(),
                   .created_by = "RUN apk add curl"}},
       .tag = "registry.example/shop/app:1.0"});
}

/// One database for all tests of this file; "" without the shared data.
const std::string& database() {
  static const std::string kFile = [] {
    const auto osv = test_support::shared_data("osv/Alpine");
    return osv ? database_of(*osv) : std::string();
  }();
  return kFile;
}

#define PQ_DATABASE_OR_SKIP()                                                                      \
  if (database().empty()) GTEST_SKIP() << "shared test data not found: osv/Alpine"

/// The findings with an id, by package.
std::map<std::string, json::object> findings_of(const json::object& report, std::string_view id) {
  std::map<std::string, json::object> found;
  for (const json::value& item : base::json_items(&report, "findings")) {
    const json::object& finding = item.as_object();
    if (base::json_string(&finding, "id") == id)
      found.emplace(base::json_string(&base::json_fields(&finding, "package"), "name"), finding);
  }
  return found;
}

std::string suppressed_because(const json::object& finding) {
  const json::object& suppressed = base::json_fields(&finding, "suppressed");
  return std::string(base::json_string(&suppressed, "by")) + ": " +
         std::string(base::json_string(&suppressed, "reason"));
}

constexpr std::string_view kVex = R"({
  "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/1",
  "author": "us", "timestamp": "2026-01-01T00:00:00Z", "version": 1, "statements": [
    {"vulnerability": {"name": "CVE-2016-2181"},
     "products": [{"@id": "pkg:oci/app?repository_url=registry.example/shop/app&tag=1.0",
                   "subcomponents": [{"@id": "pkg:apk/alpine/libssl1.0"}]}],
     "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path",
     "impact_statement": "we speak no DTLS"},
    {"vulnerability": {"name": "CVE-2017-15650"}, "products": [{"@id": "pkg:apk/alpine/musl"}],
     "status": "under_investigation"},
    {"vulnerability": {"name": "CVE-2016-9841"},
     "products": [{"@id": "pkg:oci/another", "subcomponents": [{"@id": "pkg:apk/alpine/zlib"}]}],
     "status": "not_affected", "justification": "component_not_present"}]})";

TEST(Judging, VexClearsWhatItIsAboutAndNothingElse) {
  PQ_DATABASE_OR_SKIP();
  const std::string vex = write_file(fresh_folder() / "app.vex.json", kVex);
  const std::string image = application();
  const auto plain = scan_json(image, {"--db", database()});
  const auto report = scan_json(image, {"--db", database(), "--vex", vex});
  const auto dtls = findings_of(report, "CVE-2016-2181");
  ASSERT_EQ(dtls.size(), 2U);
  EXPECT_EQ(suppressed_because(dtls.at("libssl1.0")),
            "OpenVEX " + vex + ": vulnerable_code_not_in_execute_path: we speak no DTLS");
  EXPECT_TRUE(dtls.at("libcrypto1.0").at("suppressed").is_null()) << "it is not named";
  const auto musl = findings_of(report, "CVE-2017-15650").at("musl");
  EXPECT_TRUE(musl.at("suppressed").is_null());
  EXPECT_EQ(base::json_string(&base::json_fields(&musl, "vex"), "status"), "under_investigation");
  EXPECT_TRUE(findings_of(report, "CVE-2016-9841").at("zlib").at("suppressed").is_null())
      << "that was said of another image";
  const auto& summary = base::json_fields(&report, "summary");
  EXPECT_EQ(base::json_integer(&summary, "suppressed"), 1);
  EXPECT_EQ(*base::json_integer(&summary, "total") + 1,
            *base::json_integer(&base::json_fields(&plain, "summary"), "total"));

  const auto table =
      portique({"scan", image, "--db", database(), "--vex", vex, "--show-suppressed"});
  EXPECT_THAT(table.out, HasSubstr("CVE-2016-2181  openssl  by OpenVEX " + vex));
  EXPECT_THAT(table.out, HasSubstr("VEX says under investigation: "));
}

TEST(Judging, AVexFileThatIsNoneIsRefused) {
  PQ_DATABASE_OR_SKIP();
  const std::string image = application();
  for (const char* text : {"{}", "not json", R"({"@context": "https://openvex.dev/ns"})"}) {
    const std::string file = write_file(fresh_folder() / "bad.vex.json", text);
    const auto output = portique({"scan", image, "--db", database(), "--vex", file});
    EXPECT_EQ(output.exit_status, 3) << text;
    EXPECT_THAT(output.err, HasSubstr("bad.vex.json: ")) << text;
    EXPECT_THAT(output.out, IsEmpty());
  }
  EXPECT_EQ(portique({"scan", image, "--db", database(), "--vex", "/nowhere.json"}).exit_status, 3);
}

TEST(Judging, ExceptionsInYamlSuppressAndAreTold) {
  PQ_DATABASE_OR_SKIP();
  const std::string image = application();
  const auto folder = fresh_folder();
  const std::string trivy = write_file(folder / ".trivyignore.yaml",
                                       "vulnerabilities:\n"
                                       "  - id: ALPINE-CVE-2016-2181\n"
                                       "    purls: ['pkg:apk/alpine/libcrypto1.0']\n"
                                       "    statement: accepted\n"
                                       "  - id: CVE-2016-9841\n"
                                       "    paths: ['var/**']\n");
  const std::string grype = write_file(folder / ".grype.yaml",
                                       "ignore:\n"
                                       "  - package: {name: 'lib(curl|nghttp2)', type: apk}\n");
  const auto report =
      scan_json(image, {"--db", database(), "--ignorefile", trivy, "--ignorefile", grype});
  const auto dtls = findings_of(report, "CVE-2016-2181");
  EXPECT_EQ(suppressed_because(dtls.at("libcrypto1.0")), trivy + ":2: accepted")
      << "the record's id covers the CVE";
  EXPECT_TRUE(dtls.at("libssl1.0").at("suppressed").is_null());
  EXPECT_TRUE(findings_of(report, "CVE-2016-9841").at("zlib").at("suppressed").is_null());
  for (const json::value& item : base::json_items(&report, "findings")) {
    const json::object& finding = item.as_object();
    if (base::json_string(&base::json_fields(&finding, "package"), "name") == "libcurl") {
      EXPECT_FALSE(finding.at("suppressed").is_null());
    }
  }
  EXPECT_THAT(base::json_items(&report, "notes").at(0).as_string().c_str(),
              HasSubstr("1 entry matches no finding: CVE-2016-9841 (line 5)"));

  const std::string bad =
      write_file(folder / "bad.yaml", "vulnerabilities: [{id: a, expires: b}]\n");
  const auto refused = portique({"scan", image, "--db", database(), "--ignorefile", bad});
  EXPECT_EQ(refused.exit_status, 3);
  EXPECT_THAT(refused.err, HasSubstr("bad.yaml: line 1, column 27: there is no 'expires'"));
}

TEST(Judging, SeveritySourcesAndOrderAreTheUsersChoice) {
  PQ_DATABASE_OR_SKIP();
  const std::string image = application();
  const auto by_risk = scan_json(image, {"--db", database(), "--sort", "risk"});
  double last = 101;
  for (const json::value& item : base::json_items(&by_risk, "findings")) {
    const double risk = item.as_object().at("risk").to_number<double>();
    EXPECT_LE(risk, last);
    EXPECT_GE(risk, 0);
    last = risk;
  }
  EXPECT_LT(last, 101);

  const auto nvd = scan_json(image, {"--db", database(), "--vuln-severity-source", "nvd"});
  const auto ghsa = scan_json(image, {"--db", database(), "--vuln-severity-source", "ghsa"});
  EXPECT_EQ(base::json_string(&findings_of(nvd, "CVE-2016-9841").at("zlib"), "severity"),
            "critical");
  EXPECT_EQ(base::json_string(&findings_of(nvd, "CVE-2016-9841").at("zlib"), "severity_source"),
            "nvd (ALPINE-CVE-2016-9841)");
  EXPECT_EQ(base::json_string(&findings_of(ghsa, "CVE-2016-9841").at("zlib"), "severity"),
            "unknown");
  const auto wrong = portique({"scan", image, "--vuln-severity-source", "nist"});
  EXPECT_EQ(wrong.exit_status, 2);
  EXPECT_EQ(portique({"scan", image, "--sort", "age"}).exit_status, 2);
}

TEST(Judging, FindingsOfTheBaseAreMarked) {
  PQ_DATABASE_OR_SKIP();
  const std::string base_image = old_base();
  const std::string newer = newer_base();
  const auto report = scan_json(
      application(),
      {"--db", database(), "--base", base_image, "--compare-base", newer, "--scanners", "vuln"});
  for (const json::value& item : base::json_items(&report, "findings")) {
    const json::object& finding = item.as_object();
    const bool curl =
        base::json_string(&base::json_fields(&finding, "package"), "name").contains("curl");
    EXPECT_EQ(finding.at("from_base").as_bool(), !curl) << json::serialize(finding);
  }
  const json::object& base_object = base::json_fields(&report, "base");
  EXPECT_EQ(base::json_string(&base_object, "known"), "given");
  EXPECT_EQ(base::json_integer(&base_object, "layers"), 1);
  const json::object& comparison = base::json_fields(&base_object, "comparison");
  std::set<std::string> removed;
  for (const json::value& change : base::json_items(&comparison, "removed"))
    removed.emplace(base::json_string(&change.as_object(), "package"));
  EXPECT_THAT(removed, ElementsAre("libcrypto1.0", "libssl1.0"));
  EXPECT_THAT(base::json_items(&comparison, "added"), IsEmpty());
  EXPECT_EQ(base::json_integer(&comparison, "kept"), 6) << "two of musl, four of zlib";

  const auto table = portique({"scan",
                               application(),
                               "--db",
                               database(),
                               "--base",
                               base_image,
                               "--compare-base",
                               newer,
                               "--scanners",
                               "vuln"});
  EXPECT_THAT(table.out, HasSubstr("  base       " + base_image + ", layer 0: "));
  EXPECT_THAT(table.out, HasSubstr("the base image " + newer + " would clear "));
}

TEST(Judging, AGuessedBaseSaysSo) {
  PQ_DATABASE_OR_SKIP();
  BuildImage image{
      .layers = {{.tar = base_layer(kOld), .created_by = "ADD file:1 in /"},
                 {.tar = TarBuilder().file("app", "x").finish(), .created_by = "COPY"}}};
  image.layers[0].empty_steps = {"/bin/sh -c #(nop)  CMD [\"/bin/sh\"]"};
  image.layers[1].empty_steps = {"ENTRYPOINT [\"/app\"]"};
  image.labels = {{"org.opencontainers.image.base.name", "docker.io/library/alpine:3.4"}};
  const auto report = scan_json(write_image(image), {"--db", database()});
  const json::object& base_object = base::json_fields(&report, "base");
  EXPECT_EQ(base::json_string(&base_object, "known"), "guessed");
  EXPECT_EQ(base::json_string(&base_object, "name"), "docker.io/library/alpine:3.4");
  EXPECT_EQ(base::json_integer(&base_object, "layers"), 1);
}

json::object explain_json(std::vector<std::string> arguments, int exit_status) {
  std::vector<std::string> command{"explain"};
  std::ranges::move(arguments, std::back_inserter(command));
  for (const char* flag : {"-f", "json", "--db"})
    command.emplace_back(flag);
  command.push_back(database());
  const auto output = portique(command);
  EXPECT_EQ(output.exit_status, exit_status) << output.err;
  auto parsed = base::parse_json(output.out);
  return parsed && parsed->is_object() ? parsed->as_object() : json::object{};
}

TEST(Explain, ProvesAHit) {
  PQ_DATABASE_OR_SKIP();
  const auto output = portique({"explain", "cve-2016-2181", application(), "--db", database()});
  EXPECT_EQ(output.exit_status, 0) << output.err;
  for (const char* part :
       {"CVE-2016-2181 in ",
        "  also       ALPINE-CVE-2016-2181\n",
        "  severity   high, says CVSS 3.0 (ALPINE-CVE-2016-2181)",
        "  CVSS       7.5 CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H (ALPINE-CVE-2016-2181)\n",
        "  asked      Alpine:v3.4 by source packages\n",
        "AFFECTED  libcrypto1.0: 1.0.2h-r1 is below the fix 1.0.2h-r4 by apk order",
        "libssl1.0 1.0.2h-r1  (source openssl 1.0.2h-r1)  affected\n",
        "  read from  lib/apk/db/installed\n",
        "  layer      0 sha256:",
        "  made by    ADD file:1 in /\n",
        "  record     ALPINE-CVE-2016-2181 for openssl in Alpine:v3.4\n",
        "fixed         1.0.2h-r4: 1.0.2h-r1 < 1.0.2h-r4 by apk order\n",
        "            => affected\n",
        "            => does not count: it is about another release\n",
        "  cleared by upgrade libssl1.0 to 1.0.2h-r4\n"})
    EXPECT_THAT(output.out, HasSubstr(part));
}

TEST(Explain, ProvesThatItDoesNotHit) {
  PQ_DATABASE_OR_SKIP();
  const std::string image = application();
  const auto fixed = explain_json({"ALPINE-CVE-2016-2177", image}, 0);
  EXPECT_EQ(base::json_string(&fixed, "id"), "CVE-2016-2177");
  EXPECT_EQ(base::json_string(&fixed, "verdict"), "not-affected");
  EXPECT_THAT(std::string(base::json_string(&fixed, "why")),
              HasSubstr("1.0.2h-r1 is at or above the fix 1.0.2h-r1 by apk order"));
  EXPECT_EQ(base::json_items(&fixed, "packages").size(), 2U);

  const auto half = explain_json({"CVE-2018-1000300", image}, 0);
  std::map<std::string, std::string> verdicts;
  for (const json::value& package : base::json_items(&half, "packages"))
    verdicts.emplace(base::json_string(&package.as_object(), "name"),
                     base::json_string(&package.as_object(), "verdict"));
  EXPECT_EQ(
      verdicts,
      (std::map<std::string, std::string>{{"curl", "not-affected"}, {"libcurl", "affected"}}));
  EXPECT_EQ(base::json_string(&half, "verdict"), "affected");

  const auto elsewhere = explain_json({"CVE-2016-6301", image}, 0);
  EXPECT_EQ(base::json_string(&elsewhere, "verdict"), "not-installed");
  EXPECT_EQ(
      base::json_string(
          &base::json_items(&base::json_fields(&elsewhere, "elsewhere"), "first").at(0).as_object(),
          "name"),
      "busybox");

  const auto unknown = explain_json({"CVE-1999-0001", image}, 4);
  EXPECT_EQ(base::json_string(&unknown, "verdict"), "not-known");
  explain_json({"CVE-1999-0001", image, "--allow-incomplete"}, 0);
  explain_json({"CVE-2016-2181", image, "--exit-code", "7"}, 7);
  EXPECT_EQ(portique({"explain", "no id at all", image}).exit_status, 2);
}

TEST(Explain, NamesWhatSuppresses) {
  PQ_DATABASE_OR_SKIP();
  const std::string vex = write_file(fresh_folder() / "app.vex.json", kVex);
  const std::string ignore = write_file(fresh_folder() / "ignore", "CVE-2016-2181 # both\n");
  const auto both = explain_json(
      {"CVE-2016-2181", application(), "--vex", vex, "--ignorefile", ignore, "--exit-code", "7"},
      0);
  EXPECT_EQ(base::json_string(&both, "verdict"), "suppressed");
  std::map<std::string, std::string> reasons;
  for (const json::value& package : base::json_items(&both, "packages"))
    reasons.emplace(base::json_string(&package.as_object(), "name"),
                    base::json_string(&package.as_object(), "why"));
  EXPECT_THAT(reasons["libssl1.0"],
              HasSubstr("suppressed by OpenVEX " + vex + ": vulnerable_code_not_in_execute_path"));
  EXPECT_THAT(reasons["libcrypto1.0"], HasSubstr("suppressed by " + ignore + ":1: both"));
}

// What explain says of a package must be what the scan reports of it, for every finding and for
// vulnerabilities that do not hit.
TEST(Explain, NeverDisagreesWithTheScan) {
  PQ_DATABASE_OR_SKIP();
  const std::string image = application();
  const auto report = scan_json(image, {"--db", database()});
  for (const char* id : {"CVE-2016-2177",
                         "CVE-2016-2181",
                         "CVE-2016-8859",
                         "CVE-2016-9840",
                         "CVE-2017-3738",
                         "CVE-2018-1000301",
                         "CVE-2018-5407"}) {
    const auto found = findings_of(report, id);
    const auto explanation = explain_json({id, image}, 0);
    std::size_t affected = 0;
    for (const json::value& item : base::json_items(&explanation, "packages")) {
      const json::object& package = item.as_object();
      const bool says = base::json_string(&package, "verdict") == "affected";
      affected += says ? 1 : 0;
      EXPECT_EQ(found.contains(std::string(base::json_string(&package, "name"))), says) << id;
    }
    EXPECT_EQ(affected, found.size()) << id;
  }
}

} // namespace
} // namespace portique::e2e
