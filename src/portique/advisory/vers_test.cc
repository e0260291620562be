#include <gtest/gtest.h>

#include "portique/advisory/vers.h"

namespace portique::advisory {
namespace {

struct VersCase {
  std::string_view range;
  version::Scheme order;
  std::string_view inside;  ///< versions separated by blanks
  std::string_view outside; ///< likewise
};

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : text)
    if (c != ' ')
      word += c;
    else
      out.push_back(std::exchange(word, {}));
  if (!word.empty()) out.push_back(word);
  return out;
}

TEST(Vers, HoldsVersionsByTheirOrder) {
  using version::Scheme;
  const VersCase cases[] = {
      {"vers:npm/1.2.3|>=2.0.0|<5.0.0", Scheme::Semver, "1.2.3 2.0.0 4.9.9", "1.2.4 5.0.0 1.0.0"},
      {"vers:generic/>=2.9|<=4.1", Scheme::Semver, "2.9.0 4.1.0", "2.8.9 4.1.1"},
      {"vers:semver/<7.0.0|>=1.5.0", Scheme::Semver, "1.5.0 6.9.9", "7.0.0 1.4.9"},
      {"vers:semver/<1.5.0|>=7.0.0", Scheme::Semver, "1.0.0 7.0.0 8.1.0", "1.5.0 6.9.9"},
      {"vers:deb/>=1:2.0-1|<1:2.4-3", Scheme::Dpkg, "1:2.0-1 1:2.4-2", "2.1-1 1:2.4-3"},
      {"vers:rpm/<=1:3.0.7-24.el9", Scheme::Rpm, "3.9-1 1:3.0.7-24.el9", "1:3.0.7-25.el9"},
      {"vers:pypi/!=1.3", Scheme::Pep440, "1.2 1.4", "1.3 1.3.0"},
      {"vers:pypi/>=1.0|!=1.3|<2", Scheme::Pep440, "1.0 1.4", "1.3 2.0"},
      {"vers:maven/>2.0-beta9|<2.15.0", Scheme::Maven, "2.1 2.14.1", "2.0-beta9 2.15.0"},
      {"vers:all/*", Scheme::Semver, "0.0.1 anything", ""},
      {"vers:deb/1%3A2.0-1", Scheme::Dpkg, "1:2.0-1", "2.0-1"},
      {"vers:golang/>v1.2.0|<v2.0.0", Scheme::Go, "v1.3.0", "v1.2.0 v2.0.0"},
      {"vers:npm/>=1.0.0|<not a version", Scheme::Semver, "", "1.5.0"},
  };
  for (const VersCase& row : cases) {
    const auto vers = parse_vers(row.range);
    ASSERT_TRUE(vers.has_value()) << row.range;
    const auto& order = version::scheme_info(row.order);
    for (const std::string& version : words(row.inside))
      EXPECT_TRUE(vers->contains(version, order)) << row.range << " holds " << version;
    for (const std::string& version : words(row.outside))
      EXPECT_FALSE(vers->contains(version, order)) << row.range << " does not hold " << version;
  }
}

TEST(Vers, RefusesWhatIsNoRange) {
  for (const char* text : {"",
                           "1.2",
                           "<=1.14.0",
                           "vers:",
                           "vers:npm",
                           "vers:npm/",
                           "vers:/1",
                           "vers:npm/>=",
                           "vers:npm/|",
                           "vers:npm/%zz"})
    EXPECT_FALSE(parse_vers(text)) << text;
}

} // namespace
} // namespace portique::advisory
