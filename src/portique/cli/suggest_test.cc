#include <vector>

#include <gtest/gtest.h>

#include "portique/cli/suggest.h"

namespace portique::cli {
namespace {

TEST(Suggest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> known{"--format", "--fail-on", "--output", "--severity", "scan"};
  EXPECT_EQ(nearest("--formt", known), "--format");
  EXPECT_EQ(nearest("--fromat", known), "--format");
  EXPECT_EQ(nearest("--severty", known), "--severity");
  EXPECT_EQ(nearest("sacn", known), "scan");
}

TEST(Suggest, KeepsQuietAboutStrangers) {
  const std::vector<std::string> known{"--format", "scan"};
  EXPECT_EQ(nearest("--zebra", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), known), "");
}

} // namespace
} // namespace portique::cli
