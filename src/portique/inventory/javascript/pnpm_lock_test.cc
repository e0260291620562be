#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/javascript/pnpm_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

Analysis analyze(std::string_view text) {
  return analyze_text(kPnpmLock, "app/pnpm-lock.yaml", text);
}

Analysis fixture(std::string_view path) {
  return analyze(
      base::read_file(fs::path(PORTIQUE_TESTDATA) / "pnpm-lock/good" / path, 1U << 20U).value());
}

TEST(PnpmLock, ReadsSnapshots) {
  const Analysis found = fixture("v9/pnpm-lock.yaml");
  EXPECT_THAT(listed(found),
              ElementsAre("@s/a@1.0.1",
                          "b@2.0.0",
                          "c@1.0.0 (development)",
                          "fast@1.0.0 (optional)",
                          "tester@3.0.0 (development)"));
  EXPECT_THAT(find_package(found, "@s/a")->dependencies, ElementsAre("b@2.0.0", "fast@1.0.0"));
  EXPECT_THAT(find_package(found, "tester")->dependencies, ElementsAre("@s/a@1.0.1", "c@1.0.0"));
  EXPECT_THAT(find_package(found, "@s/a")->hashes,
              ElementsAre("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"));
}

TEST(PnpmLock, ReadsOldKeys) {
  const Analysis found = fixture("v5/pnpm-lock.yaml");
  EXPECT_THAT(listed(found),
              ElementsAre("@s/a@1.0.0 (development)", "b@2.0.0 (optional)", "lodash._x@1.0.1"));
  EXPECT_THAT(find_package(found, "lodash._x")->dependencies, ElementsAre("@s/a@1.0.0", "gone"));
}

TEST(PnpmLock, ListsPackagesWithoutSnapshots) {
  const Analysis found = analyze("lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {}\n");
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_THAT(listed(found), ElementsAre("a@1.0.0"));
}

TEST(PnpmLock, ReportsWhatItCannotRead) {
  const struct {
    std::string_view text;
    std::string_view issue;
  } rows[] = {
      {"", "no lock file"},
      {"a: b", "no lock file"},
      {"lockfileVersion: 4", "version \"4\""},
      {"lockfileVersion: '10.0'", "version \"10.0\""},
      {"lockfileVersion: [9]", "no lock file"},
      {"lockfileVersion: 9\npackages: {a: {}}", "line 2: \"a\""},
      {"lockfileVersion: 9\npackages: [", "YAML"},
      {"lockfileVersion: 5\npackages:\n  a/1.0: {}", "line 3"},
  };

  for (const auto& row : rows) {
    const Analysis found = analyze(row.text);
    ASSERT_EQ(found.issues.size(), 1U) << row.text;
    EXPECT_TRUE(issues_of(found).contains(row.issue)) << issues_of(found);
  }
  EXPECT_EQ(analyze_text(kPnpmLock, "node_modules/a/pnpm-lock.yaml", "["), Analysis{});
}

TEST(PnpmLock, ListsWhatPnpmReads) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/pnpm");
  check_samples(kPnpmLock, samples, fs::path(PORTIQUE_TESTDATA) / "golden/pnpm-lock");
}

} // namespace
} // namespace portique::inventory
