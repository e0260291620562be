#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/javascript/npm_name.h"

namespace portique::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NpmName, PartsScopeAndName) {
  const auto scoped = npm_package("@babel/core", "7.0.0-beta.1");
  ASSERT_TRUE(scoped);
  EXPECT_EQ(scoped->type, "npm");
  EXPECT_EQ(scoped->ns, "@babel");
  EXPECT_EQ(scoped->name, "core");
  EXPECT_EQ(scoped->version, "7.0.0-beta.1");
  EXPECT_EQ(npm_package("JSONStream", "1.0.0")->name, "JSONStream");
  EXPECT_EQ(npm_package("lodash", "1.0.0")->ns, "");
  EXPECT_TRUE(npm_package("lodash", "git+ssh://git@github.com/a/b.git#0123"));
}

TEST(NpmName, RefusesWhatIsNone) {
  for (const std::string_view name :
       {"", "@", "@a", "@a/", "@/a", "a b", "a/b", "@a/b/c", ".bin", "../x", "a\n", "\xff"}) {
    EXPECT_FALSE(npm_package(name, "1.0.0")) << name;
  }
  EXPECT_FALSE(npm_package("a", ""));
  EXPECT_FALSE(npm_package("a", "1.0 "));
  EXPECT_FALSE(npm_package(std::string(600, 'a'), "1.0"));
  EXPECT_FALSE(npm_package("a", std::string(5000, '1')));
}

TEST(NpmName, ReadsRequests) {
  const struct {
    std::string_view text;
    std::string_view name;
    std::string_view range;
    std::string_view real;
  } rows[] = {
      {"a@^1.0", "a", "^1.0", "a"},
      {"@s/a@^1.0", "@s/a", "^1.0", "@s/a"},
      {"@s/a", "@s/a", "", "@s/a"},
      {"a@npm:^1.0", "a", "npm:^1.0", "a"},
      {"a@npm:latest", "a", "npm:latest", "a"},
      {"a@npm:b@^1.0", "a", "npm:b@^1.0", "b"},
      {"a@npm:@s/b@^1.0", "a", "npm:@s/b@^1.0", "@s/b"},
      {"a@npm:@s/b", "a", "npm:@s/b", "@s/b"},
      {"a@git+ssh://git@github.com/x/y.git", "a", "git+ssh://git@github.com/x/y.git", "a"},
      {"", "", "", ""},
      {"@", "@", "", "@"},
  };

  for (const auto& row : rows) {
    const NpmRequest request = npm_request(row.text);
    EXPECT_EQ(request.name, row.name) << row.text;
    EXPECT_EQ(request.range, row.range) << row.text;
    EXPECT_EQ(real_npm_name(request), row.real) << row.text;
  }
}

TEST(NpmName, TellsTheProjectsOwnFolders) {
  for (const std::string_view range :
       {"link:../a", "workspace:*", "portal:./x", "file:../a", "file:.", "root:"})
    EXPECT_TRUE(is_own_folder(range)) << range;
  for (const std::string_view range :
       {"^1.0", "", "file:a.tgz", "file:vendor/a.tar.gz#0123", "file:a.tgz::hash=1", "npm:a@1"})
    EXPECT_FALSE(is_own_folder(range)) << range;
}

TEST(NpmName, KnowsPlacesOfTrees) {
  EXPECT_TRUE(is_npm_place("node_modules/@s/a/node_modules/b"));
  EXPECT_FALSE(is_npm_place(std::string(5000, 'a')));
  EXPECT_FALSE(is_npm_place(std::string(101, '/')));
}

TEST(NpmName, ReadsHashes) {
  // printf '' | sha1sum, sha256sum
  EXPECT_THAT(npm_hashes("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk= "
                         "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=?x"),
              ElementsAre("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
                          "sha256:"
                          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
  for (const std::string_view text : {"", "sha1-", "sha1-AAAA", "md5-AAAA", "sha512-%%", "sha1"})
    EXPECT_THAT(npm_hashes(text), IsEmpty()) << text;
}

TEST(NpmName, FindsNodeModules) {
  EXPECT_TRUE(is_below_node_modules("app/node_modules/a/package-lock.json"));
  EXPECT_TRUE(is_below_node_modules("node_modules/a/yarn.lock"));
  EXPECT_FALSE(is_below_node_modules("app/my_node_modules/yarn.lock"));
  EXPECT_FALSE(is_below_node_modules("node_modules"));
}

} // namespace
} // namespace portique::inventory
