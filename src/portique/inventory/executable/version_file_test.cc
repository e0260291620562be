#include <gtest/gtest.h>

#include "portique/base/byte_reader.h"
#include "portique/inventory/executable/version_file.h"

namespace portique::inventory {
namespace {

TEST(VersionFile, TellsTheProgramItLiesBeside) {
  const Analysis found =
      analyze_version_file({"opt/java/openjdk/release",
                            base::as_bytes("IMPLEMENTOR=\"Eclipse Adoptium\"\n"
                                           "JAVA_RUNTIME_VERSION=\"21.0.5+11-LTS\"\n"
                                           "JAVA_VERSION=\"21.0.5\"\n")},
                           {});
  ASSERT_EQ(found.packages.size(), 1U);
  const model::Package want{.type = "generic",
                            .name = "openjdk",
                            .version = "21.0.5",
                            .path = "opt/java/openjdk/release"};
  EXPECT_EQ(found.packages[0], want);
  EXPECT_TRUE(found.issues.empty());
  EXPECT_FALSE(found.executable);
}

TEST(VersionFile, SaysNothingOfOtherFilesOfTheSameName) {
  for (const std::string_view path :
       {"srv/release", "app/VERSION", "app/OTP_VERSION", "x/ebin/elixir.app", "application.ini"}) {
    const Analysis found = analyze_version_file({path, base::as_bytes("2024.1 (Snowflake)\n")}, {});
    EXPECT_EQ(found, Analysis{}) << path;
  }
}

TEST(VersionFile, ReportsAFileWithoutItsVersion) {
  const Analysis found =
      analyze_version_file({"opt/java/release", base::as_bytes("JAVA_VERSION=unknown\n")}, {});
  EXPECT_TRUE(found.packages.empty());
  ASSERT_EQ(found.issues.size(), 1U);
  EXPECT_EQ(found.issues[0].message, "the file describes openjdk but names no version of it");
}

} // namespace
} // namespace portique::inventory
