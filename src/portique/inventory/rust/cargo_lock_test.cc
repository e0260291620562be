#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/inventory/rust/cargo_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kRegistry = "registry+https://github.com/rust-lang/crates.io-index";

Analysis analyze(std::string_view text, const base::Limits& limits = {}) {
  return analyze_cargo_lock({"src/Cargo.lock", base::as_bytes(text)}, limits);
}

std::vector<std::string> rows(const Analysis& analysis) {
  std::vector<std::string> out;
  for (const model::Package& p : analysis.packages) {
    EXPECT_EQ(p.type, "cargo");
    EXPECT_TRUE(p.declared);
    std::string row = p.name + ' ' + p.version;
    for (const std::string& dependency : p.dependencies)
      row += " +" + dependency;
    for (const std::string& hash : p.hashes)
      row += ' ' + hash.substr(0, 11);
    out.push_back(row);
  }
  return out;
}

std::string entry(std::string_view name, std::string_view version, std::string_view more = "") {
  return "[[package]]\nname = \"" + std::string(name) + "\"\nversion = \"" + std::string(version) +
         "\"\nsource = \"" + std::string(kRegistry) + "\"\n" + std::string(more);
}

TEST(CargoLock, ReadsEveryVersionOfTheFormat) {
  const std::string hash(64, 'a');
  const std::string modern =
      entry("one",
            "1.0.0",
            "checksum = \"" + hash + "\"\ndependencies = [\"two 2.0.0\", \"three\"]\n") +
      entry("two", "1.0.0") + entry("two", "2.0.0") + entry("three", "3.0.0");
  for (const std::string_view version : {"", "version = 3\n", "version = 4\n"})
    EXPECT_THAT(rows(analyze(std::string(version) + modern)),
                ElementsAre("one 1.0.0 +three@3.0.0 +two@2.0.0 sha256:aaaa",
                            "two 1.0.0",
                            "two 2.0.0",
                            "three 3.0.0"));
  const std::string oldest =
      entry("one",
            "1.0.0",
            "dependencies = [\n \"two 2.0.0 (" + std::string(kRegistry) + ")\",\n]\n") +
      entry("two", "2.0.0") + "[metadata]\n\"checksum one 1.0.0 (" + std::string(kRegistry) +
      ")\" = \"" + hash + "\"\n\"checksum two 2.0.0 (" + std::string(kRegistry) +
      ")\" = \"<none>\"\n";
  EXPECT_THAT(rows(analyze(oldest)), ElementsAre("one 1.0.0 +two@2.0.0 sha256:aaaa", "two 2.0.0"));
}

TEST(CargoLock, LeavesOutTheWorkspaceItself) {
  const Analysis found =
      analyze("[root]\nname = \"app\"\nversion = \"0.1.0\"\n\n"
              "[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\"one\"]\n" +
              entry("one", "1.0.0") +
              "[[package]]\nname = \"forked\"\nversion = \"2.0.0\"\n"
              "source = \"git+https://example.org/forked?branch=main#0123456789abcdef\"\n"
              "[[patch.unused]]\nname = \"unused\"\nversion = \"1.0.0\"\n");
  EXPECT_THAT(rows(found), ElementsAre("one 1.0.0", "forked 2.0.0"));
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(CargoLock, LeavesADependencyWithoutVersionIfItIsNotTheOnlyOne) {
  EXPECT_THAT(rows(analyze(entry("one", "1.0.0", "dependencies = [\"two\", \"three\", \"\", 7]\n") +
                           entry("two", "1.0.0") + entry("two", "2.0.0"))),
              ElementsAre("one 1.0.0 +three +two", "two 1.0.0", "two 2.0.0"));
}

TEST(CargoLock, ReportsWhatIsBrokenAndReadsTheRest) {
  const Analysis found = analyze("[[package]]\nname = \"bare\"\n" + entry("one", "1.0.0") +
                                 entry("two words", "1.0.0") + entry("", "1.0.0"));
  EXPECT_THAT(rows(found), ElementsAre("one 1.0.0"));
  std::vector<std::string> messages;
  for (const model::Issue& issue : found.issues)
    messages.push_back(issue.message);
  EXPECT_THAT(messages,
              ElementsAre("package 1 has no name or version",
                          "package 3 has no name or version",
                          "package 4 has no name or version"));
  EXPECT_THAT(analyze("[[package]\n").issues, SizeIs(1));
  EXPECT_THAT(analyze("\xff").issues, SizeIs(1));
}

TEST(CargoLock, KeepsWithinItsLimits) {
  base::Limits limits;
  limits.packages = 1;
  const Analysis found = analyze(entry("one", "1.0.0") + entry("two", "1.0.0"), limits);
  EXPECT_THAT(found.packages, SizeIs(1));
  ASSERT_THAT(found.issues, SizeIs(1));
  EXPECT_EQ(found.issues[0].code, base::Code::LimitExceeded);
}

// Each file has as many packages as it has tables with a source, counted as text.
TEST(CargoLock, ReadsRealFiles) {
  PQ_SHARED_DATA_OR_SKIP(folder, "pkgdb/lang/cargo");
  std::size_t files = 0;
  for (const auto& each : std::filesystem::directory_iterator(folder)) {
    const std::string text = base::read_file(each.path() / "Cargo.lock", 4U << 20U).value();
    const Analysis found = analyze(text);
    if (each.path().filename() == "trivy-cargo-invalid") {
      EXPECT_THAT(found.issues, testing::Not(IsEmpty()));
      continue;
    }
    std::set<std::string> want;
    std::string name;
    std::string version;
    for (const std::string_view line : base::split(text, '\n')) {
      if (line.starts_with("name = ")) name = line.substr(7);
      if (line.starts_with("version = ")) version = line.substr(10);
      if (line.starts_with("source = ")) want.insert(name + ' ' + version);
    }
    std::set<std::string> got;
    for (const model::Package& p : found.packages)
      got.insert('"' + p.name + "\" \"" + p.version + '"');
    EXPECT_EQ(got, want) << each.path();
    EXPECT_THAT(found.issues, IsEmpty()) << each.path();
    ++files;
  }
  EXPECT_GE(files, 10U);
}

} // namespace
} // namespace portique::inventory
