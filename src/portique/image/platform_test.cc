#include <gtest/gtest.h>

#include "portique/image/platform.h"

namespace portique::image {
namespace {

TEST(Platform, ReadsCommonSpellings) {
  for (const auto& [text, want] : {std::pair{"linux/amd64", "linux/amd64"},
                                   std::pair{"Linux/x86_64", "linux/amd64"},
                                   std::pair{"arm64", "linux/arm64"},
                                   std::pair{"linux/aarch64", "linux/arm64"},
                                   std::pair{"linux/arm/v7", "linux/arm/v7"},
                                   std::pair{"windows/amd64", "windows/amd64"}})
    EXPECT_EQ(platform_text(*parse_platform(text)), want);
  for (const std::string_view bad : {"", "linux/", "/amd64", "a/b/c/d"})
    EXPECT_EQ(parse_platform(bad).error().code(), base::Code::InvalidArgument) << bad;
}

TEST(Platform, VariantMattersOnlyWhereItIsAskedFor) {
  const model::Platform v7{"linux", "arm", "v7"};
  const model::Platform v8{"linux", "arm64", "v8"};
  EXPECT_TRUE(serves(v7, {"linux", "arm", ""}));
  EXPECT_FALSE(serves(v7, {"linux", "arm", "v6"}));
  EXPECT_TRUE(serves(v8, {"linux", "arm64", ""}));
  EXPECT_TRUE(serves({"linux", "arm64", ""}, v8));
  EXPECT_FALSE(serves(v8, {"linux", "amd64", ""}));
}

TEST(Platform, WhatAConfigLeavesOutContradictsNothing) {
  const model::Platform v7{"linux", "arm", "v7"};
  EXPECT_TRUE(demand_platform({}, v7));
  EXPECT_TRUE(demand_platform({"linux", "arm", ""}, v7));
  EXPECT_TRUE(demand_platform({"", "arm", "v7"}, v7));
  EXPECT_FALSE(demand_platform({"linux", "arm", "v6"}, v7));
  const auto other = demand_platform({"linux", "amd64\x1b", ""}, v7);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code(), base::Code::NotFound);
  EXPECT_EQ(other.error().text().find('\x1b'), std::string::npos);
}

TEST(Platform, TheHostHasOne) {
  EXPECT_EQ(host_platform().os, "linux");
}

} // namespace
} // namespace portique::image
