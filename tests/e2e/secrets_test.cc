// Secrets of an image that is made here: in files, in a file that a later layer deletes, in the
// environment and in the history. The secrets are made up anew in every run.

#include <random>

#include "e2e/program.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/test_support/image_builder.h"
#include "portique/test_support/tar_builder.h"

namespace portique::e2e {
namespace {

namespace fs = std::filesystem;
using test_support::BuildImage;
using test_support::TarBuilder;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

std::string random_text(std::size_t size) {
  static std::random_device device;
  constexpr std::string_view kAlphabet =
      "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
  std::string text;
  while (text.size() < size)
    text += kAlphabet[device() % kAlphabet.size()];
  return text;
}

/// What nobody may read in any output.
struct Secrets {
  std::string token = std::string("glpat") + "-" + random_text(20);
  std::string password = random_text(16) + "7q";
  std::string build_argument = random_text(24) + "4z";
  std::string label = std::string("dckr_pat") + "_" + random_text(27);
  std::string key; ///< PEM

  Secrets() {
    std::string der = "\x30\x81\xc8";
    for (int i = 0; i < 200; ++i)
      der += static_cast<char>(std::random_device()());
    key_line = base::to_base64(der);
    key = "-----BEGIN PRIVATE KEY-----\n" + key_line + "\n-----END PRIVATE KEY-----\n";
  }

  std::string key_line;

  [[nodiscard]] std::vector<std::string> all() const {
    return {token.substr(6), password, build_argument, label.substr(9), key_line.substr(20, 60)};
  }
};

std::string image_of(const Secrets& secrets) {
  const std::string lower = TarBuilder()
                                .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
                                .file("root/.ssh/id_ed25519", secrets.key)
                                .file("app/ci.yml", "a: 1\ntoken: " + secrets.token + "\n")
                                .finish();
  const std::string upper =
      TarBuilder().file("root/.ssh/.wh.id_ed25519", "").file("app/main", "#!/bin/sh\n").finish();
  BuildImage image;
  image.layers = {{.tar = lower,
                   .gzip = true,
                   .created_by = "RUN |1 NPM_TOKEN=" + secrets.build_argument + " /bin/sh -c make"},
                  {.tar = upper, .gzip = true, .created_by = "RUN rm /root/.ssh/id_ed25519"}};
  image.env = {"PATH=/usr/bin", "DB_PASSWORD=" + secrets.password};
  image.labels = {{"ci", secrets.label}};
  const fs::path folder = fresh_folder();
  test_support::write_oci_layout(folder, {image});
  return "oci:" + folder.string();
}

/// "id place removed_in" of every secret.
std::vector<std::string> secrets_of(const boost::json::object& report) {
  std::vector<std::string> found;
  for (const auto& item : base::json_items(&report, "findings")) {
    const boost::json::object& finding = item.as_object();
    if (base::json_string(&finding, "kind") != "secret") continue;
    std::string text(base::json_string(&finding, "id"));
    text += " " + std::string(base::json_string(&finding, "path")) +
            std::string(base::json_string(&finding, "field"));
    if (const auto removed = base::json_integer(&finding, "removed_in"))
      text += " removed in " + std::to_string(*removed);
    found.push_back(text);
  }
  return found;
}

TEST(Secrets, AreFoundWhereverTheyAre) {
  const Secrets secrets;
  EXPECT_THAT(secrets_of(scan_json(image_of(secrets))),
              UnorderedElementsAre("gitlab-pat app/ci.yml",
                                   "private-key root/.ssh/id_ed25519 removed in 1",
                                   "config-secret Env DB_PASSWORD",
                                   "config-secret history 1",
                                   "docker-hub-pat label ci"));
}

TEST(Secrets, StandInNoOutput) {
  const Secrets secrets;
  const std::string image = image_of(secrets);
  const auto check = [&](const std::vector<std::string>& arguments) {
    const base::ProgramOutput run = portique(arguments);
    ASSERT_LE(run.exit_status, 4) << run.err;
    ASSERT_FALSE(run.out.empty());
    for (const std::string& secret : secrets.all()) {
      EXPECT_THAT(run.out, Not(HasSubstr(secret))) << arguments.back();
      EXPECT_THAT(run.err, Not(HasSubstr(secret))) << arguments.back();
    }
  };
  for (const char* format : {"table", "json", "trivy-json", "csv", "markdown", "cyclonedx", "spdx"})
    for (const char* scanners : {"vuln,secret", "vuln", "secret"})
      check({"scan", image, "-q", "--scanners", scanners, "-f", format});
  check({"sbom", image, "-q", "-f", "cyclonedx"});
  check({"sbom", image, "-q", "-f", "syft-json"});
}

TEST(Secrets, AreNotKeptInTheCache) {
  const Secrets secrets;
  const fs::path cache = fresh_folder();
  const std::string image = image_of(secrets);
  EXPECT_EQ(secrets_of(scan_json(image, {"--cache-dir", cache.string()})).size(), 5U);
  EXPECT_EQ(secrets_of(scan_json(image, {"--cache-dir", cache.string()})).size(), 5U) << "warm";
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(cache)) {
    if (!entry.is_regular_file()) continue;
    const auto content = base::read_file(entry.path(), 256 << 20);
    ASSERT_TRUE(content);
    ++files;
    for (const std::string& secret : secrets.all())
      EXPECT_THAT(content->contains(secret), false) << entry.path();
  }
  EXPECT_GE(files, 3U);
}

TEST(Secrets, AreNotSearchedForUnlessAsked) {
  const Secrets secrets;
  EXPECT_THAT(secrets_of(scan_json(image_of(secrets), {"--scanners", "vuln"})), testing::IsEmpty());
}

TEST(Secrets, AreIgnoredByRuleOrFingerprint) {
  const Secrets secrets;
  const std::string image = image_of(secrets);
  const auto report = scan_json(image, {"--secret-salt", "team"});
  std::string fingerprint;
  for (const auto& item : base::json_items(&report, "findings"))
    if (base::json_string(&item.as_object(), "id") == "gitlab-pat")
      fingerprint = base::json_string(&item.as_object(), "fingerprint");
  ASSERT_EQ(fingerprint.size(), 32U);
  const std::string file =
      write_file(fresh_folder() / "ignore", fingerprint + "\nprivate-key # revoked\n");
  const auto judged = scan_json(image, {"--secret-salt", "team", "--ignorefile", file});
  std::size_t suppressed = 0;
  for (const auto& item : base::json_items(&judged, "findings"))
    if (item.as_object().at("suppressed").is_object()) ++suppressed;
  EXPECT_EQ(suppressed, 2U);
}

TEST(Secrets, OfFoldersAndByRulesOfOnesOwn) {
  const fs::path folder = fresh_folder();
  write_file(folder / "app/settings.txt", "x = ACME-" + random_text(12) + "\n");
  const std::string rules = write_file(
      fresh_folder() / "gitleaks.toml",
      "[[rules]]\nid = \"acme\"\nregex = '''ACME-[A-Za-z0-9]{12}'''\nkeywords = [\"acme\"]\n");
  for (const char* scheme : {"dir:", "rootfs:"})
    EXPECT_THAT(secrets_of(scan_json(scheme + folder.string(),
                                     {"--scanners", "secret", "--secret-rules", rules})),
                UnorderedElementsAre("acme app/settings.txt"))
        << scheme;
}

} // namespace
} // namespace portique::e2e
