// A small archive, made and signed in the test and served on loopback.

#include <fstream>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/apt_archive.h"
#include "portique/advisory/apt_packages.h"
#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/test_support/http_server.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

class AptArchiveTest : public ::testing::Test {
protected:
  /// Makes the key once for all tests.
  static void SetUpTestSuite() {
    auto made = base::TempDir::create("portique-apt-key");
    if (!made) return;
    key_ = std::make_unique<base::TempDir>(std::move(*made));
    fs::permissions(key_->path(), fs::perms::owner_all);
    have_key_ = run({"gpg",
                     "--homedir",
                     key_->path(),
                     "--batch",
                     "--quiet",
                     "--passphrase",
                     "",
                     "--quick-gen-key",
                     "Archive <archive@example.org>",
                     "rsa2048",
                     "sign"}) &&
                run({"gpg",
                     "--homedir",
                     key_->path(),
                     "--batch",
                     "--yes",
                     "--output",
                     key_->path() / "keyring.gpg",
                     "--export"});
  }

  static void TearDownTestSuite() {
    if (have_key_) run({"gpgconf", "--homedir", key_->path(), "--kill", "all"});
    key_.reset();
  }

  void SetUp() override {
    if (!have_key_ || !run({"gpgv", "--version"})) GTEST_SKIP() << "gpg or gpgv is not installed";
    fetch_.cache = folder_.path() / "cache";
    fetch_.keyring = key_->path() / "keyring.gpg";
    fetch_.now = *base::parse_time("2026-11-22T00:00:00Z");
    fetch_.http.wait = [](std::chrono::milliseconds) {};
    fetch_.http.retries = 0;
    quilt("alpha", "1.0-1+deb12u2", "  * CVE-2024-1111\n");
    native("beta", "2.0", "  * CVE-2024-2222, CVE-2024-3333\n");
    sign();
  }

  static bool run(const std::vector<std::string>& arguments) {
    const auto output = base::run_program(arguments);
    return output && output->exit_status == 0;
  }

  static std::string
  entry(const std::string& name, const std::string& version, const std::string& items) {
    return name + " (" + version + ") bookworm-security; urgency=high\n\n" + items +
           "\n -- A <a@example.org>  Mon, 01 Jan 2024 00:00:00 +0000\n";
  }

  static void write(const fs::path& file, const std::string& content) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
  }

  static std::string read(const fs::path& file) {
    return base::read_file(file, 10'000'000).value_or("");
  }

  static std::string checksum(const fs::path& file) {
    const std::string content = read(file);
    return std::string(base::digest_of(base::as_bytes(content)).hex()) + " " +
           std::to_string(content.size());
  }

  void list(const std::string& name, const std::string& version, const std::string& file) {
    sources_ += "Package: " + name + "\nVersion: " + version + "\nDirectory: pool/" + name +
                "\nChecksums-Sha256:\n " + checksum(mirror_ / "pool" / name / file) + " " + file +
                "\n\n";
  }

  void quilt(const std::string& name, const std::string& version, const std::string& items) {
    const fs::path work = folder_.path() / "work";
    write(work / "debian/changelog", entry(name, version, items));
    const std::string file = name + "_" + version + ".debian.tar.xz";
    fs::create_directories(mirror_ / "pool" / name);
    ASSERT_TRUE(run({"tar", "-cJf", mirror_ / "pool" / name / file, "-C", work, "debian"}));
    list(name, version, file);
  }

  void native(const std::string& name, const std::string& version, const std::string& items) {
    const fs::path work = folder_.path() / "native";
    write(work / (name + "-" + version) / "debian/changelog", entry(name, version, items));
    const std::string file = name + "_" + version + ".tar.gz";
    fs::create_directories(mirror_ / "pool" / name);
    ASSERT_TRUE(
        run({"tar", "-czf", mirror_ / "pool" / name / file, "-C", work, name + "-" + version}));
    list(name, version, file);
  }

  /// Writes and signs the index of what was added so far.
  void sign() {
    const fs::path suite = mirror_ / "dists/bookworm-security";
    write(suite / "main/source/Sources", sources_);
    write(folder_.path() / "Release",
          "Origin: Debian\nVersion: 12\nCodename: " + codename_ +
              "\nDate: Sat, 21 Nov 2026 00:53:02 UTC\nValid-Until: Sat, 28 Nov 2026 00:53:02 UTC\n"
              "SHA256:\n " +
              checksum(suite / "main/source/Sources") + " main/source/Sources\n");
    ASSERT_TRUE(run({"gpg",
                     "--homedir",
                     key_->path(),
                     "--batch",
                     "--yes",
                     "--quiet",
                     "--output",
                     suite / "InRelease",
                     "--clearsign",
                     folder_.path() / "Release"}));
  }

  base::Result<AptFixes> fetch(const test_support::HttpServer& server) {
    const AptSource source{.uri = server.url("/files"),
                           .suite = "bookworm-security",
                           .components = {"main", "contrib"},
                           .keyring = {}};
    return fetch_apt_fixes(source, fetch_, limits_);
  }

  static inline std::unique_ptr<base::TempDir> key_;
  static inline bool have_key_ = false;
  base::TempDir folder_ = *base::TempDir::create("portique-apt-archive");
  fs::path mirror_ = folder_.path() / "mirror";
  std::string sources_;
  std::string codename_ = "bookworm-security";
  base::Limits limits_;
  AptFetch fetch_;
};

TEST_F(AptArchiveTest, ReadsTheChangelogsOfWhatTheIndexLists) {
  PQ_HTTP_SERVER_OR_SKIP(server, mirror_);
  const auto fixes = fetch(server);
  ASSERT_TRUE(fixes) << fixes.error().text();
  EXPECT_EQ(fixes->ecosystem, "Debian:12");
  EXPECT_EQ(base::format_time(fixes->date), "2026-11-21T00:53:02Z");
  EXPECT_EQ(fixes->packages, 2U);
  EXPECT_THAT(fixes->unread, IsEmpty());
  EXPECT_THAT(fixes->fixes,
              ElementsAre(AptFix{"alpha", "CVE-2024-1111", "1.0-1+deb12u2"},
                          AptFix{"beta", "CVE-2024-2222", "2.0"},
                          AptFix{"beta", "CVE-2024-3333", "2.0"}));
  const auto kept = parse_apt_fixes(format_apt_fixes(*fixes));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->fixes, fixes->fixes);
  EXPECT_EQ(kept->date, fixes->date);
}

TEST_F(AptArchiveTest, FetchesOnlyNewVersions) {
  PQ_HTTP_SERVER_OR_SKIP(server, mirror_);
  ASSERT_TRUE(fetch(server));
  fs::remove_all(mirror_ / "pool"); // what is in the cache is not asked for again
  quilt("alpha", "1.0-1+deb12u3", "  * CVE-2024-4444\n");
  sign();
  const auto fixes = fetch(server);
  ASSERT_TRUE(fixes) << fixes.error().text();
  EXPECT_THAT(fixes->fixes,
              ElementsAre(AptFix{"alpha", "CVE-2024-4444", "1.0-1+deb12u3"},
                          AptFix{"beta", "CVE-2024-2222", "2.0"},
                          AptFix{"beta", "CVE-2024-3333", "2.0"}));
  EXPECT_THAT(fixes->unread, IsEmpty());
}

TEST_F(AptArchiveTest, SaysWhichPackagesItCouldNotRead) {
  PQ_HTTP_SERVER_OR_SKIP(server, mirror_);
  fs::remove_all(mirror_ / "pool/alpha");
  const auto fixes = fetch(server);
  ASSERT_TRUE(fixes) << fixes.error().text();
  EXPECT_EQ(fixes->packages, 1U);
  EXPECT_THAT(fixes->unread, ElementsAre(HasSubstr("alpha 1.0-1+deb12u2: the mirror does not")));
}

TEST_F(AptArchiveTest, RefusesAPackageThatIsNotWhatTheIndexSays) {
  PQ_HTTP_SERVER_OR_SKIP(server, mirror_);
  const fs::path file = mirror_ / "pool/beta/beta_2.0.tar.gz";
  std::string content = read(file);
  content[content.size() / 2] ^= 1;
  write(file, content);
  const auto fixes = fetch(server);
  ASSERT_FALSE(fixes);
  EXPECT_EQ(fixes.error().code(), base::Code::DigestMismatch) << fixes.error().text();
}

TEST_F(AptArchiveTest, RefusesAListThatIsNotWhatTheIndexSays) {
  PQ_HTTP_SERVER_OR_SKIP(server, mirror_);
  sources_[sources_.size() / 2] ^= 1;
  write(mirror_ / "dists/bookworm-security/main/source/Sources", sources_);
  const auto fixes = fetch(server);
  ASSERT_FALSE(fixes);
  EXPECT_EQ(fixes.error().code(), base::Code::DigestMismatch);
}

TEST_F(AptArchiveTest, RefusesASignatureThatIsNotGood) {
  PQ_HTTP_SERVER_OR_SKIP(server, mirror_);
  const fs::path index = mirror_ / "dists/bookworm-security/InRelease";
  std::string signed_text = read(index);
  signed_text.replace(signed_text.find("Version: 12"), 11, "Version: 13");
  write(index, signed_text);
  const auto fixes = fetch(server);
  ASSERT_FALSE(fixes);
  EXPECT_EQ(fixes.error().code(), base::Code::DigestMismatch);
  EXPECT_THAT(fixes.error().text(), HasSubstr("signature"));
}

TEST_F(AptArchiveTest, RefusesAnIndexWithoutSignature) {
  PQ_HTTP_SERVER_OR_SKIP(server, mirror_);
  fs::copy_file(folder_.path() / "Release",
                mirror_ / "dists/bookworm-security/InRelease",
                fs::copy_options::overwrite_existing);
  EXPECT_FALSE(fetch(server));
}

TEST_F(AptArchiveTest, RefusesAnExpiredIndexAndAnotherSuite) {
  PQ_HTTP_SERVER_OR_SKIP(server, mirror_);
  fetch_.now = *base::parse_time("2026-12-01T00:00:00Z");
  EXPECT_THAT(fetch(server).error().text(), HasSubstr("expired on 2026-11-28"));
  fetch_.now = *base::parse_time("2026-11-22T00:00:00Z");
  codename_ = "bullseye-security";
  sign();
  EXPECT_THAT(fetch(server).error().text(), HasSubstr("instead of bookworm-security"));
}

TEST_F(AptArchiveTest, TakesABinaryPackageWhereTheSourceIsAbsent) {
  if (!run({"dpkg-deb", "--version"})) GTEST_SKIP() << "dpkg-deb is not installed";
  PQ_HTTP_SERVER_OR_SKIP(server, mirror_);
  fs::remove_all(mirror_ / "pool/alpha");
  const fs::path root = folder_.path() / "deb";
  write(root / "DEBIAN/control",
        "Package: libalpha1\nVersion: 1.0-1+deb12u2\nArchitecture: amd64\n"
        "Maintainer: A <a@example.org>\nDescription: x\n");
  const fs::path doc = root / "usr/share/doc/libalpha1";
  write(doc / "changelog.Debian", entry("alpha", "1.0-1+deb12u2", "  * CVE-2024-1111\n"));
  ASSERT_TRUE(run({"gzip", "-n", doc / "changelog.Debian"}));
  const fs::path deb = mirror_ / "pool/libalpha1.deb";
  ASSERT_TRUE(run({"dpkg-deb", "--root-owner-group", "-b", root, deb}));
  const std::string packages =
      "Package: libalpha1\nSource: alpha\nVersion: 1.0-1+deb12u2\nFilename: pool/libalpha1.deb\n"
      "Size: " +
      std::to_string(fs::file_size(deb)) + "\nSHA256: " + checksum(deb).substr(0, 64) + "\n";
  auto sources = newest_sources(sources_);
  add_binaries(packages, sources);
  ASSERT_EQ(sources.size(), 2U);
  EXPECT_EQ(sources[0].files.size(), 2U);

  const fs::path suite = mirror_ / "dists/bookworm-security";
  write(suite / "main/binary-amd64/Packages", packages);
  write(folder_.path() / "Release",
        "Origin: Debian\nVersion: 12\nCodename: bookworm-security\n"
        "Date: Sat, 21 Nov 2026 00:53:02 UTC\nSHA256:\n " +
            checksum(suite / "main/source/Sources") + " main/source/Sources\n " +
            checksum(suite / "main/binary-amd64/Packages") + " main/binary-amd64/Packages\n");
  ASSERT_TRUE(run({"gpg",
                   "--homedir",
                   key_->path(),
                   "--batch",
                   "--yes",
                   "--quiet",
                   "--output",
                   suite / "InRelease",
                   "--clearsign",
                   folder_.path() / "Release"}));
  const auto fixes = fetch(server);
  ASSERT_TRUE(fixes) << fixes.error().text();
  EXPECT_THAT(fixes->unread, IsEmpty());
  EXPECT_EQ(fixes->fixes.front(), (AptFix{"alpha", "CVE-2024-1111", "1.0-1+deb12u2"}));
}

TEST(AptPackages, TakesTheNewestVersionAndLeavesOutWhatIsNone) {
  const std::string digest(64, 'a');
  const auto package = [&](const std::string& name,
                           const std::string& version,
                           const std::string& extra = "",
                           const std::string& file = "") {
    return "Package: " + name + "\nVersion: " + version + "\nDirectory: pool/x\n" + extra +
           "Checksums-Sha256:\n " + digest + " 5 " +
           (file.empty() ? name + ".debian.tar.xz" : file) + "\n\n";
  };
  const auto sources =
      newest_sources(package("a", "1.0-9") + package("a", "1.0-10") + package("a", "1.0-2") +
                     package("b", "1", "Extra-Source-Only: yes\n") + package("../c", "1") +
                     package("d", "1/../2") + package("e", "1", "", "../../e.debian.tar.xz") +
                     package("f", "1", "", "f_1.tar.xz") + package("g", "1", "", "g.diff.gz") +
                     package("h", "1", "", "h.debian.tar.xz.asc"));
  std::vector<std::string> found;
  for (const SourcePackage& source : sources)
    found.push_back(source.name + " " + source.version + " " + std::to_string(source.files.size()));
  EXPECT_THAT(found, ElementsAre("a 1.0-10 1", "e 1 0", "f 1 1", "g 1 1", "h 1 0"));
}

} // namespace
} // namespace portique::advisory
