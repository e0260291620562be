#include <gtest/gtest.h>

#include "portique/inventory/java/archive_name.h"

namespace portique::inventory {
namespace {

TEST(ArchiveName, IsTakenApart) {
  const struct {
    std::string_view file;
    std::string_view artifact;
    std::string_view version;
    std::string_view classifier;
  } rows[] = {
      {"log4j-core-2.17.1.jar", "log4j-core", "2.17.1", ""},
      {"BOOT-INF/lib/spring-core-5.3.20.jar", "spring-core", "5.3.20", ""},
      {"commons-lang3-3.12.0.jar", "commons-lang3", "3.12.0", ""},
      {"guava-31.1-jre.jar", "guava", "31.1-jre", ""},
      {"guava-31.1-android.jar", "guava", "31.1-android", ""},
      {"log4j-1.2-api-2.17.1.jar", "log4j-1.2-api", "2.17.1", ""},
      {"hibernate-jpa-2.1-api-1.0.0.Final.jar", "hibernate-jpa-2.1-api", "1.0.0.Final", ""},
      {"geronimo-jta_1.1_spec-1.1.1.jar", "geronimo-jta_1.1_spec", "1.1.1", ""},
      {"kafka_2.13-3.4.0.jar", "kafka_2.13", "3.4.0", ""},
      {"bcprov-jdk18on-171.jar", "bcprov-jdk18on", "171", ""},
      {"netty-transport-native-epoll-4.1.100.Final-linux-x86_64.jar",
       "netty-transport-native-epoll",
       "4.1.100.Final",
       "linux-x86_64"},
      {"a-1.0-SNAPSHOT.jar", "a", "1.0-SNAPSHOT", ""},
      {"a-1.0-SNAPSHOT-sources.jar", "a", "1.0-SNAPSHOT", "sources"},
      {"a-1.0-20230101.120000-1.jar", "a", "1.0-20230101.120000-1", ""},
      {"a-2.0-rc-1.jar", "a", "2.0-rc-1", ""},
      {"a-2.0-RC1.jar", "a", "2.0-RC1", ""},
      {"a-1.0-M2-tests.war", "a", "1.0-M2", "tests"},
      {"a-1.jar", "a", "1", ""},
      {"app.jar", "app", "", ""},
      {"h2.jar", "h2", "", ""},
      {"-1.0.jar", "-1.0", "", ""},
      {"1.0.jar", "1.0", "", ""},
      {"a-.jar", "a-", "", ""},
      {"noextension-1.0", "noextension", "1", ""},
      {"", "", "", ""},
  };

  for (const auto& row : rows) {
    const ArchiveName name = split_archive_name(row.file);
    EXPECT_EQ(name.artifact, row.artifact) << row.file;
    EXPECT_EQ(name.version, row.version) << row.file;
    EXPECT_EQ(name.classifier, row.classifier) << row.file;
  }
}

TEST(ArchiveName, IsToldByItsExtension) {
  for (const std::string_view name : {"a.jar", "a.JAR", "b/c.war", "x.ear", "x.lpkg", "x.rar"})
    EXPECT_TRUE(is_java_archive_name(name)) << name;
  for (const std::string_view name : {"a.jar.txt", "jar", "a.zip", "ajar", "a.jar/", ""})
    EXPECT_FALSE(is_java_archive_name(name)) << name;
  EXPECT_TRUE(is_surely_java_archive_name("a.War"));
  EXPECT_FALSE(is_surely_java_archive_name("a.rar"));
}

} // namespace
} // namespace portique::inventory
