#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/policy/included_files.h"

namespace portique::policy {
namespace {

TEST(IncludedFiles, NamesAreSeenFromTheFileThatIncludes) {
  struct Case {
    const char* from;
    const char* name;
    const char* found; ///< "" for none
  };

  constexpr Case kCases[] = {
      {"access.yaml", "team.yaml", "team.yaml"},
      {"shop/access.yaml", "../all.yaml", "all.yaml"},
      {"shop/access.yaml", "../../all.yaml", "../all.yaml"},
      {"shop/x/access.yaml", "./a/../b.yaml", "shop/x/b.yaml"},
      {"/etc/portique/access.yaml", "team.yaml", "/etc/portique/team.yaml"},
      {"/etc/portique/access.yaml", "/srv/team.yaml", "/srv/team.yaml"},
      {"access.yaml", "", ""},
      {"access.yaml", "https://h/x.yaml", ""},
      {"https://h/p/access.yaml", "team.yaml", "https://h/p/team.yaml"},
      {"https://h:1/p/access.yaml?v=../..", "../all.yaml", "https://h:1/all.yaml"},
      {"https://h/access.yaml", "../all.yaml", ""},
      {"https://h/access.yaml", "/all.yaml", ""},
      {"https://h/access.yaml", "//evil/all.yaml", ""},
      {"https://h/access.yaml", "..", ""},
      {"https://h/access.yaml", ".", ""},
      {"https://h/access.yaml", "a?b", ""},
      {"https://h/access.yaml", "a#b", ""},
      {"https://h/access.yaml", "%2e%2e/a", ""},
      {"https://h/access.yaml", "a\\b", ""},
      {"https://h/access.yaml", "me@evil", ""},
  };
  for (const Case& one : kCases)
    EXPECT_EQ(included_name(one.from, one.name).value_or(""), one.found)
        << one.from << " " << one.name;
}

TEST(IncludedFiles, FilesAreFoundWhereverTheyAreNamed) {
  const auto names =
      includes_of("include: [baseline, team.yaml, team.yaml, word]\n"
                  "constraints: [strict, ./a.yaml]\n"
                  "roles: {r: {constraints: [own, b/c, d.yaml], include: [viewer]}, x: 1}\n",
                  {});
  ASSERT_TRUE(names) << names.error().text();
  EXPECT_EQ(*names, (std::vector<std::string>{"team.yaml", "word", "./a.yaml", "b/c", "d.yaml"}));
  EXPECT_EQ(includes_of("include: one.yaml", {})->size(), 1U);
  EXPECT_TRUE(includes_of("- a\n- b\n", {})->empty());
  EXPECT_TRUE(includes_of("include: {a: b}\nroles: []\nconstraints: 7\n", {})->empty());
  EXPECT_FALSE(includes_of("a: [", {}));
}

} // namespace
} // namespace portique::policy
