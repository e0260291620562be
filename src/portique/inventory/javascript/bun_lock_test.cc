#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/javascript/bun_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

Analysis analyze(std::string_view text) {
  return analyze_text(kBunLock, "app/bun.lock", text);
}

TEST(BunLock, ReadsTheTree) {
  const Analysis found = analyze(
      base::read_file(fs::path(PORTIQUE_TESTDATA) / "bun-lock/good/bun.lock", 1U << 20U).value());
  EXPECT_THAT(listed(found),
              ElementsAre("a@1.0.1",
                          "c@1.0.0",
                          "c@2.0.0 (optional)",
                          "g@github:x/y#0123",
                          "real@1.0.0",
                          "t@1.0.0 (development)"));
  EXPECT_THAT(find_package(found, "a")->dependencies, ElementsAre("c@1.0.0", "real@1.0.0"));
  EXPECT_THAT(find_package(found, "a")->hashes,
              ElementsAre("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"));
}

TEST(BunLock, ReportsWhatItCannotRead) {
  const struct {
    std::string_view text;
    std::string_view issue;
  } rows[] = {
      {"", "JSON"},
      {"[]", "no lock file"},
      {R"({"lockfileVersion": "1"})", "no lock file"},
      {R"({"lockfileVersion": 2})", "version 2"},
      {R"({"lockfileVersion": 1, "packages": {"a": []}})", "\"a\""},
      {R"({"lockfileVersion": 1, "packages": {"a": ["a@"]}})", "\"a\""},
      {R"({"lockfileVersion": 1, "packages": {"a": [{}]}})", "\"a\""},
  };

  for (const auto& row : rows) {
    const Analysis found = analyze(row.text);
    ASSERT_EQ(found.issues.size(), 1U) << row.text;
    EXPECT_TRUE(issues_of(found).contains(row.issue)) << issues_of(found);
  }
  const Analysis deep = analyze(R"({"lockfileVersion": 1, "packages": {")" +
                                std::string(5000, '/') + R"(": ["a@1.0.0"]}})");
  ASSERT_EQ(deep.issues.size(), 1U);
  EXPECT_EQ(deep.issues[0].code, base::Code::LimitExceeded);
}

TEST(BunLock, SaysWhatToDoWithBinaryFiles) {
  const Analysis found = analyze_text(kBunLock, "app/bun.lockb", "#!/usr/bin/env bun");
  ASSERT_EQ(found.issues.size(), 1U);
  EXPECT_EQ(found.issues[0].code, base::Code::Unsupported);
  EXPECT_TRUE(issues_of(found).contains("--save-text-lockfile"));
  EXPECT_THAT(found.packages, IsEmpty());
  EXPECT_EQ(analyze_text(kBunLock, "node_modules/a/bun.lockb", ""), Analysis{});
}

TEST(BunLock, ListsRealFiles) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/bun");
  check_samples(kBunLock, samples, fs::path(PORTIQUE_TESTDATA) / "golden/bun-lock");
}

} // namespace
} // namespace portique::inventory
