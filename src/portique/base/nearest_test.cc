#include <vector>

#include <gtest/gtest.h>

#include "portique/base/nearest.h"

namespace portique::base {
namespace {

TEST(Nearest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> known{"--format", "--fail-on", "--output", "--severity", "scan"};
  EXPECT_EQ(nearest("--formt", known), "--format");
  EXPECT_EQ(nearest("--fromat", known), "--format");
  EXPECT_EQ(nearest("--severty", known), "--severity");
  EXPECT_EQ(nearest("sacn", known), "scan");
}

TEST(Nearest, KeepsQuietAboutStrangers) {
  const std::vector<std::string> known{"--format", "scan"};
  EXPECT_EQ(nearest("--zebra", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), known), "");
}

} // namespace
} // namespace portique::base
