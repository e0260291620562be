#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/javascript/yarn_cache.h"

namespace portique::inventory {
namespace {

using ::testing::ElementsAre;
namespace fs = std::filesystem;

std::string fixture(const std::string& path) {
  return base::read_file(fs::path(PORTIQUE_TESTDATA) / "yarn-cache" / path, 1U << 20U).value();
}

TEST(YarnCache, ReadsThePackageInAnArchive) {
  const std::string path = ".yarn/cache/@example-parser-npm-1.2.3-0123456789-8.zip";
  const Analysis found = analyze_text(kYarnCache, "app/" + path, fixture("good/app/" + path));
  EXPECT_THAT(listed(found), ElementsAre("@example/parser@1.2.3"));
  EXPECT_EQ(found.packages.at(0).path, "app/" + path);
  EXPECT_FALSE(found.packages.at(0).declared);
}

TEST(YarnCache, LooksAtYarnsFolderOnly) {
  const std::string broken = fixture("broken/.yarn/cache/empty.zip");
  EXPECT_TRUE(
      issues_of(analyze_text(kYarnCache, ".yarn/cache/empty.zip", broken)).contains("no package"));
  const std::string elsewhere = fixture("broken/.yarn/cache/no-package.zip");
  EXPECT_TRUE(
      issues_of(analyze_text(kYarnCache, ".yarn/cache/x.zip", elsewhere)).contains("no package"))
      << "what lies beside packages is none";
  EXPECT_EQ(analyze_text(kYarnCache, ".yarn/cache/x.zip", "PK").issues.size(), 1U);
  EXPECT_EQ(analyze_text(kYarnCache, "var/cache/x.zip", "PK"), Analysis{});
  EXPECT_EQ(analyze_text(kYarnCache, "my.yarn/cache/x.zip", "PK"), Analysis{});
}

} // namespace
} // namespace portique::inventory
