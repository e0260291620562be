#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/javascript/yarn_lines.h"
#include "portique/inventory/javascript/yarn_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

Analysis analyze(std::string_view text) {
  return analyze_text(kYarnLock, "app/yarn.lock", text);
}

Analysis fixture(std::string_view path) {
  return analyze(
      base::read_file(fs::path(PORTIQUE_TESTDATA) / "yarn-lock/good" / path, 1U << 20U).value());
}

TEST(YarnLines, ReadsEveryForm) {
  const struct {
    std::string_view text;
    std::size_t depth;
    std::vector<std::string> keys;
    std::string value;
  } rows[] = {
      {"a@^1:", 0, {"a@^1"}, ""},
      {"a@^1, a@^2:", 0, {"a@^1", "a@^2"}, ""},
      {R"("a@>= 1 < 2", b@1, "@s/c@1":)", 0, {"a@>= 1 < 2", "b@1", "@s/c@1"}, ""},
      {R"("a@npm:^1, a@npm:2 || 3":)", 0, {"a@npm:^1", "a@npm:2 || 3"}, ""},
      {R"(? "a@npm:^1, a@npm:2")", 0, {"a@npm:^1", "a@npm:2"}, ""},
      {"  version \"1.0\"", 1, {"version"}, "1.0"},
      {"  version: 1.0\r", 1, {"version"}, "1.0"},
      {"  dependencies:", 1, {"dependencies"}, ""},
      {"    \"@s/a\" \"^1 || ^2\"", 2, {"@s/a"}, "^1 || ^2"},
      {"    \"@s/a\": \"npm:^1\"", 2, {"@s/a"}, "npm:^1"},
      {"    a >= 1", 2, {"a"}, ">= 1"},
      {R"(    "q\"\\\/\u": x)", 2, {R"(q"\/\u)"}, "x"},
      {"__metadata:", 0, {"__metadata"}, ""},
  };

  for (const auto& row : rows) {
    const auto line = YarnLineReader(row.text).next();
    ASSERT_TRUE(line) << row.text;
    EXPECT_FALSE(line->broken) << row.text;
    EXPECT_EQ(line->depth, row.depth) << row.text;
    EXPECT_EQ(line->keys, row.keys) << row.text;
    EXPECT_EQ(line->value, row.value) << row.text;
  }
}

TEST(YarnLines, TellsWhatIsBroken) {
  for (const std::string_view text : {"a",
                                      "\"a",
                                      "\"a\"",
                                      "a, b",
                                      ":x",
                                      "   odd: 1",
                                      "  key",

                                      "  \"a\"x 1",
                                      "  a \"1",
                                      "  a \"1\" 2",
                                      "<<<<<<< HEAD"}) {
    const auto line = YarnLineReader(text).next();
    ASSERT_TRUE(line) << text;
    EXPECT_TRUE(line->broken) << text;
  }
  EXPECT_FALSE(YarnLineReader("\n# x\n   \n---\n:\n").next());
  YarnLineReader numbered("# one\n\na@1:\n  b c");
  EXPECT_EQ(numbered.next()->number, 3U);
  EXPECT_EQ(numbered.next()->number, 4U);
  EXPECT_FALSE(numbered.next());
}

TEST(YarnLock, ReadsYarn1) {
  const Analysis found = fixture("classic/yarn.lock");
  EXPECT_THAT(listed(found), ElementsAre("@s/a@1.0.1", "b@2.1.0"));
  EXPECT_THAT(find_package(found, "@s/a")->dependencies, ElementsAre("b@2.1.0", "unknown"));
  const std::string sha1 = "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709";
  EXPECT_THAT(find_package(found, "@s/a")->hashes, ElementsAre(sha1)) << "behind the address";
  EXPECT_THAT(find_package(found, "b")->hashes, ElementsAre(sha1));
}

TEST(YarnLock, ReadsLaterYarns) {
  const Analysis found = fixture("berry/yarn.lock");
  EXPECT_THAT(listed(found), ElementsAre("@s/a@1.2.0", "b@2.1.0", "old@3.0.0"));
  EXPECT_THAT(find_package(found, "@s/a")->dependencies, ElementsAre("b@2.1.0", "old@3.0.0"));
  EXPECT_THAT(find_package(found, "@s/a")->hashes, IsEmpty());
}

TEST(YarnLock, ReportsWhatItCannotRead) {
  const struct {
    std::string_view text;
    std::string_view issue;
  } rows[] = {
      {"", "no lock file"},
      {"{}", "line 1"},
      {std::string_view("a\0b", 3), "no text"},
      {"# yarn lockfile v1\na@1:\n  resolved x", "line 2: \"a@1\" has no valid"},
      {"a@1:\n  version 1\n\n<<<<<<< HEAD\nb@1:\n  version 2", "line 4"},
      {"a@1:\n  version \"1 2\"", "line 1"},
  };

  for (const auto& row : rows) {
    const Analysis found = analyze(row.text);
    ASSERT_EQ(found.issues.size(), 1U + (row.text == "{}" ? 1U : 0U)) << row.text;
    EXPECT_TRUE(issues_of(found).contains(row.issue)) << issues_of(found);
  }
  EXPECT_THAT(analyze("# yarn lockfile v1\n\n").issues, IsEmpty());
  EXPECT_EQ(analyze_text(kYarnLock, "node_modules/a/yarn.lock", "?"), Analysis{});
}

TEST(YarnLock, StopsWhereThereIsTooMuch) {
  base::Limits limits;
  limits.packages = 10;
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += "a@" + std::to_string(i) + ":\n  version " + std::to_string(i) + "\n";
  const Analysis found = analyze_yarn_lock({"yarn.lock", base::as_bytes(text)}, limits);
  EXPECT_EQ(found.packages.size(), 10U);
  ASSERT_EQ(found.issues.size(), 1U);
  EXPECT_EQ(found.issues[0].code, base::Code::LimitExceeded);
}

TEST(YarnLock, ListsWhatYarnReads) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/yarn");
  check_samples(kYarnLock, samples, fs::path(PORTIQUE_TESTDATA) / "golden/yarn-lock");
}

} // namespace
} // namespace portique::inventory
