#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/javascript/npm_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

Analysis analyze(std::string_view text) {
  return analyze_text(kNpmLock, "app/package-lock.json", text);
}

Analysis fixture(std::string_view path) {
  return analyze(
      base::read_file(fs::path(PORTIQUE_TESTDATA) / "npm-lock/good" / path, 1U << 20U).value());
}

TEST(NpmLock, ReadsPlaces) {
  const Analysis found = fixture("app/package-lock.json");
  EXPECT_THAT(listed(found),
              ElementsAre("@s/b@2.0.0 (development)", "a@1.0.1", "c@1.5.0", "c@2.0.0 (optional)"));
  const model::Package* a = find_package(found, "a");
  ASSERT_NE(a, nullptr);
  EXPECT_THAT(a->dependencies, ElementsAre("c@1.5.0"));
  EXPECT_THAT(a->licences, ElementsAre("MIT"));
  EXPECT_THAT(a->hashes, ElementsAre("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"));
  EXPECT_EQ(a->path, "app/package-lock.json");
  EXPECT_TRUE(a->declared);
}

TEST(NpmLock, ReadsNestedDependencies) {
  const Analysis found = fixture("npm-shrinkwrap.json");
  EXPECT_THAT(listed(found), ElementsAre("a@1.0.1", "b@1.9.0 (development)", "b@2.0.0"));
  EXPECT_THAT(find_package(found, "a")->dependencies, ElementsAre("b@1.9.0", "c"));
}

TEST(NpmLock, ReadsWhatIsInNoRegistry) {
  const Analysis old = analyze(R"({"lockfileVersion": 1, "dependencies": {
    "alias": {"version": "npm:@s/real@1.0.0"},
    "folder": {"version": "file:../folder"},
    "archive": {"version": "file:archive.tgz"},
    "git": {"version": "git+ssh://git@github.com/x/y.git#0123"}}})");
  EXPECT_THAT(old.issues, IsEmpty());
  EXPECT_THAT(listed(old),
              ElementsAre("@s/real@1.0.0",
                          "archive@file:archive.tgz",
                          "git@git+ssh://git@github.com/x/y.git#0123"));
  const Analysis places = analyze(R"({"lockfileVersion": 3, "packages": {
    "node_modules/git": {"version": "1.0.0", "resolved": "git+ssh://git@github.com/x/y.git#0123"},
    "node_modules/address": {"resolved": "https://example.org/a.tgz"},
    "node_modules/elsewhere": {"optional": true, "peer": true},
    "my_node_modules/x": {"version": "1.0.0"}}})");
  EXPECT_THAT(places.issues, IsEmpty());
  EXPECT_THAT(listed(places), ElementsAre("address@https://example.org/a.tgz", "git@1.0.0"));
}

TEST(NpmLock, KeepsTheStrongestScope) {
  const Analysis found = analyze(R"({"lockfileVersion": 3, "packages": {
    "node_modules/a": {"version": "1.0.0", "dev": true},
    "node_modules/b/node_modules/a": {"version": "1.0.0", "devOptional": true},
    "node_modules/c": {"version": "1.0.0", "peer": true},
    "node_modules/d": {"version": "1.0.0", "dev": true, "optional": true}}})");
  EXPECT_THAT(listed(found), ElementsAre("a@1.0.0 (optional)", "c@1.0.0", "d@1.0.0 (development)"));
}

TEST(NpmLock, ReportsWhatItCannotRead) {
  for (const std::string_view bad :
       {"",
        "{",
        "[]",
        "{}",
        R"({"packages": 1})",
        R"({"lockfileVersion": 3, "packages": {"node_modules/a": 1}})",
        R"({"lockfileVersion": 3, "packages": {"node_modules/..": {"version": "1"}}})",
        R"({"lockfileVersion": 1, "dependencies": {"a": {}}})",
        R"({"lockfileVersion": 1, "dependencies": {"a": "1.0.0"}})"}) {
    const Analysis found = analyze(bad);
    EXPECT_EQ(found.issues.size(), 1U) << bad;
    EXPECT_THAT(found.packages, IsEmpty()) << bad;
  }
  EXPECT_THAT(analyze(R"({"lockfileVersion": 1})").issues, IsEmpty()) << "nothing is asked for";
}

TEST(NpmLock, LeavesOtherPeoplesLockFilesAside) {
  const Analysis found =
      analyze_text(kNpmLock, "node_modules/a/package-lock.json", R"({"packages": "?"})");
  EXPECT_EQ(found, Analysis{});
}

// Each dependency would be looked for in 33 folders with long names.
TEST(NpmLock, StopsLookingForDependencies) {
  std::string place;
  for (int i = 0; i < 33; ++i)
    place += "node_modules/@" + std::string(50, 's') + "/" + std::string(50, 'n') + "/";
  std::string dependencies;
  for (int i = 0; i < 1000; ++i)
    dependencies += (i == 0 ? "\"d" : ",\"d") + std::to_string(i) + "\": \"1\"";
  std::string text =
      R"({"lockfileVersion": 3, "packages": {"": {}, "node_modules/d0": {"version": "1"})";
  for (int i = 0; i < 30; ++i)
    text += ",\"" + place + "node_modules/p" + std::to_string(i) +
            R"(": {"version": "1", "dependencies": {)" + dependencies + "}}";
  const Analysis found = analyze(text + "}}");
  EXPECT_EQ(found.packages.size(), 31U);
  ASSERT_EQ(found.issues.size(), 1U);
  EXPECT_EQ(found.issues[0].code, base::Code::LimitExceeded);
}

TEST(NpmLock, ListsWhatNpmReads) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/npm-package-lock");
  check_samples(kNpmLock, samples, fs::path(PORTIQUE_TESTDATA) / "golden/npm-lock");
}

// A monorepo's 20 MB. The bound is wide enough for a busy machine and for sanitizers.
TEST(NpmLock, ReadsLargeFilesQuickly) {
  std::string text = R"({"lockfileVersion": 3, "packages": {"": {"name": "big"})";
  for (int i = 0; text.size() < 20'000'000; ++i) {
    const std::string n = std::to_string(i);
    text += ",\n\"node_modules/@scope/package-" + n + "\": {\"version\": \"1.0." + n +
            "\", \"resolved\": \"https://registry.example/@scope/package-" + n +
            ".tgz\", \"integrity\": \"sha512-"
            "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/"
            "SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==\","
            " \"license\": \"MIT\", \"dependencies\": {\"@scope/package-" +
            std::to_string(i / 2) + "\": \"^1.0.0\", \"absent\": \"1\"}}";
  }
  text += "}}";
  const auto start = std::chrono::steady_clock::now();
  const Analysis found = analyze(text);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  RecordProperty("seconds", std::to_string(spent.count()));
  EXPECT_GT(found.packages.size(), 50'000U);
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_LT(spent.count(), 10.0);
}

} // namespace
} // namespace portique::inventory
