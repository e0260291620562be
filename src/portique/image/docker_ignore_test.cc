#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/image/docker_ignore.h"

namespace portique::image {
namespace {

TEST(DockerIgnore, LeavesOutWhatTheEngineLeavesOut) {
  const struct {
    std::string text;
    std::vector<std::string> out;
    std::vector<std::string> in;
  } rows[] = {
      {"", {}, {"a", "a/b"}},
      {"# comment\n\n  \n", {}, {"# comment"}},
      {"node_modules", {"node_modules", "node_modules/a/b"}, {"app/node_modules", "node_modules2"}},
      {"/dist/", {"dist", "dist/a"}, {"a/dist"}},
      {"*.md", {"README.md"}, {"docs/README.md"}},
      {"*/temp*", {"a/temp", "a/temporary.txt", "a/tempo/x"}, {"temp", "a/b/temp"}},
      {"*/*/temp*", {"a/b/temp"}, {"a/temp", "a/b/c/temp"}},
      {"temp?", {"temp1", "tempa/x"}, {"temp", "temp12"}},
      {"**/*.go", {"a.go", "a/b.go", "a/b/c.go"}, {"a.gox"}},
      {"**/secrets", {"secrets", "a/secrets", "a/b/secrets/key"}, {"a/secrets2", "asecrets"}},
      {"a/**/b", {"a/b", "a/x/b", "a/x/y/b/z"}, {"a/xb", "b"}},
      {"a/**", {"a/b", "a/b/c"}, {"a", "ab"}},
      {"**", {"a", "a/b"}, {}},
      {"*\n!README.md", {"a", "a/b"}, {"README.md"}},
      {"*.md\n!README*.md\nREADME-secret.md", {"x.md", "README-secret.md"}, {"README.md"}},
      {"*.md\nREADME-secret.md\n!README*.md", {"x.md"}, {"README-secret.md", "README.md"}},
      {"docs\n!docs/keep", {"docs/a", "docs"}, {"docs/keep", "docs/keep/a"}},
      {"[a-c].txt", {"a.txt", "c.txt"}, {"d.txt", "/.txt"}},
      {"[^a]b", {"xb"}, {"ab", "b"}},
      {"[]]x", {"]x"}, {"x"}},
      {"a\\*b", {"a*b"}, {"axb"}},
      {"./a/../b", {"b"}, {"a/b", "a"}},
      {"\xEF\xBB\xBFkeys", {"keys"}, {}},
      {"  keys  ", {"keys"}, {}},
      {"! keep\nkeep", {"keep"}, {}},
  };

  for (const auto& row : rows) {
    const auto ignore = DockerIgnore::parse(row.text, {});
    ASSERT_TRUE(ignore) << row.text;
    for (const std::string& path : row.out)
      EXPECT_TRUE(ignore->leaves_out(path)) << row.text << ": " << path;
    for (const std::string& path : row.in)
      EXPECT_FALSE(ignore->leaves_out(path)) << row.text << ": " << path;
  }
}

TEST(DockerIgnore, LooksIntoFoldersThatExceptionsMayReach) {
  EXPECT_TRUE(DockerIgnore::parse("docs", {})->leaves_out_folder("docs"));
  EXPECT_FALSE(DockerIgnore::parse("docs\n!docs/keep", {})->leaves_out_folder("docs"));
}

TEST(DockerIgnore, RefusesWhatTheEngineRefuses) {
  const auto open = DockerIgnore::parse("a\n[b\n", {});
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code(), base::Code::Malformed);
  EXPECT_NE(open.error().text().find("line 2"), std::string::npos) << open.error().text();
  base::Limits limits;
  limits.ignore_file_bytes = 10;
  EXPECT_FALSE(DockerIgnore::parse("aaaaaaaaaaaaaaaa", limits));
}

TEST(DockerIgnore, TakesNoLongerForPatternsMadeToTakeLong) {
  std::string pattern;
  for (int i = 0; i < 200; ++i)
    pattern += "**/*a";
  const auto ignore = DockerIgnore::parse(pattern, {});
  ASSERT_TRUE(ignore);
  EXPECT_FALSE(ignore->leaves_out(std::string(3000, 'a') + "b"));
}

} // namespace
} // namespace portique::image
