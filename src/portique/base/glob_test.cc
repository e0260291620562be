#include <gtest/gtest.h>

#include "portique/base/glob.h"

namespace portique::base {
namespace {

struct GlobCase {
  std::string_view pattern;
  std::string_view path;
  bool matches;
};

TEST(Glob, MatchesWholePaths) {
  const GlobCase cases[] = {
      {"usr/lib/libz.so", "usr/lib/libz.so", true},
      {"usr/lib", "usr/lib/libz.so", false},
      {"usr/lib/*.so", "usr/lib/libz.so", true},
      {"usr/*.so", "usr/lib/libz.so", false},
      {"**/*.so", "usr/lib/libz.so", true},
      {"**/*.so", "libz.so", true},
      {"usr/**", "usr/lib/libz.so", true},
      {"usr/**", "usr", true},
      {"usr/**/libz.so", "usr/libz.so", true},
      {"usr/**/libz.so", "usr/a/b/libz.so", true},
      {"usr/**/x/**/y", "usr/1/x/2/3/y", true},
      {"usr/**/x/**/y", "usr/1/2/3/y", false},
      {"**", "any/thing", true},
      {"a**b", "axyb", true},
      {"a**b", "ax/yb", false},
      {"lib?.so", "libz.so", true},
      {"lib?.so", "lib.so", false},
      {"lib[xyz].so", "libz.so", true},
      {"lib[a-c].so", "libz.so", false},
      {"lib[!a-c].so", "libz.so", true},
      {"lib[^z].so", "libz.so", false},
      {"[]x]", "]", true},
      {"{usr,opt}/*", "opt/x", true},
      {"{usr,opt}/*", "var/x", false},
      {"a{b{c,d},e}f", "abdf", true},
      {"a{b{c,d},e}f", "aef", true},
      {"a{,b}", "a", true},
      {"usr/{lib/x,bin}/y", "usr/lib/x/y", true},
      {"\\*", "*", true},
      {"\\*", "x", false},
      {"a\\{b,c\\}", "a{b,c}", true},
      {"*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
      {"", "", true},
      {"", "a", false},
  };
  for (const GlobCase& row : cases) {
    const auto glob = Glob::parse(row.pattern);
    ASSERT_TRUE(glob.has_value()) << row.pattern;
    EXPECT_EQ(glob->matches(row.path), row.matches) << row.pattern << " on " << row.path;
  }
}

TEST(Glob, RefusesWhatNobodyCanMean) {
  for (const std::string pattern : {"a[b", "[", "[!", "{a,b", "{a,{b}", "x/[a/b]"})
    EXPECT_FALSE(Glob::parse(pattern)) << pattern;
  std::string many;
  for (int i = 0; i < 20; ++i)
    many += "{a,b}";
  EXPECT_EQ(Glob::parse(many).error().code(), Code::LimitExceeded);
  EXPECT_FALSE(Glob::parse(std::string(5000, 'a')));
}

} // namespace
} // namespace portique::base
