#include <string>

#include <gtest/gtest.h>

#include "portique/inventory/java/maven_identity.h"

namespace portique::inventory {
namespace {

TEST(JarManifest, ReadsTheMainSection) {
  const JarManifest manifest("\xEF\xBB\xBFManifest-Version: 1.0\r\nBundle-SymbolicName: org.exa\r\n"
                             " mple.a\rX:1\nUnresolved: ${project.version}\n\nName: b/\nX: 2\n");
  EXPECT_EQ(manifest.get("Manifest-Version"), "1.0");
  EXPECT_EQ(manifest.get("bundle-symbolicname"), "org.example.a");
  EXPECT_EQ(manifest.get("X"), "1");
  EXPECT_EQ(manifest.get("Unresolved"), "");
  EXPECT_EQ(manifest.get("Name"), "") << "other sections are about single entries";
  EXPECT_EQ(JarManifest(" \n:\n\n\n::").get(""), "");
}

std::string guess(std::string_view file, std::string_view manifest) {
  const MavenCoordinates id =
      guess_coordinates(split_archive_name(file), JarManifest(manifest), "");
  return id.group + ":" + id.artifact + ":" + id.version;
}

TEST(MavenIdentity, IsGuessedByNameAndManifest) {
  const struct {
    std::string_view file;
    std::string_view manifest;
    std::string_view want;
  } rows[] = {
      // The name says it all but the group, which is known, written, or part of another name.
      {"spring-core-5.3.20.jar", "", "org.springframework:spring-core:5.3.20"},
      {"spring-boot-2.7.0.jar", "", "org.springframework.boot:spring-boot:2.7.0"},
      {"tomcat-embed-core-9.0.1.jar", "", "org.apache.tomcat.embed:tomcat-embed-core:9.0.1"},
      {"hibernate-core-5.6.1.Final.jar", "", "org.hibernate:hibernate-core:5.6.1.Final"},
      {"hibernate-core-6.1.0.Final.jar", "", "org.hibernate.orm:hibernate-core:6.1.0.Final"},
      {"b-1.0.jar", "Implementation-Vendor-Id: com.example", "com.example:b:1.0"},
      {"b-1.0.jar", "Implementation-Vendor-Id: Example Inc.", ":b:1.0"},
      {"slf4j-api-1.7.36.jar", "Bundle-SymbolicName: slf4j.api", ":slf4j-api:1.7.36"},
      {"slf4j-api-2.0.1.jar", "Bundle-SymbolicName: org.slf4j.api", "org.slf4j:slf4j-api:2.0.1"},
      {"logback-classic-1.2.3.jar",
       "Bundle-SymbolicName: ch.qos.logback.classic;singleton:=true",
       "ch.qos.logback:logback-classic:1.2.3"},
      {"snakeyaml-1.33.jar",
       "Automatic-Module-Name: org.yaml.snakeyaml",
       "org.yaml:snakeyaml:1.33"},
      {"jsoup-1.15.jar", "Automatic-Module-Name: org.jsoup", "org.jsoup:jsoup:1.15"},
      {"joda-time-2.12.jar", "Bundle-SymbolicName: joda-time", "joda-time:joda-time:2.12"},
      {"postgresql-42.5.0.jar",
       "Bundle-SymbolicName: org.postgresql.jdbc",
       "org.postgresql:postgresql:42.5.0"},
      {"a-1.0.jar", "", ":a:1.0"},
      // The name has no version.
      {"catalina.jar",
       "Bundle-SymbolicName: org.apache.tomcat-catalina\nImplementation-Title: Apache Tomcat\n"
       "Implementation-Version: 9.0.80",
       "org.apache.tomcat:tomcat-catalina:9.0.80"},
      {"app.jar",
       "Implementation-Title: my-service\nImplementation-Version: 0.0.1-SNAPSHOT",
       ":my-service:0.0.1-SNAPSHOT"},
      {"b.jar", "Implementation-Version: 1.8.2 (build 17)", ":b:1.8.2"},
      {"b.jar", "Implementation-Version: ${v}\nBundle-Version: 3.1.0", ":b:3.1.0"},
      {"git.hpi",
       "Group-Id: org.jenkins-ci.plugins\nShort-Name: git\nPlugin-Version: 4.11.0",
       "org.jenkins-ci.plugins:git:4.11.0"},
      // Nothing says what it is.
      {"app.jar", "", "::"},
      {"app.jar", "Implementation-Version: unspecified", "::"},
      {"app.jar", "Specification-Version: 1.2", "::"},
      {"\xff-1.0.jar", "", "::"},
  };

  for (const auto& row : rows)
    EXPECT_EQ(guess(row.file, row.manifest), row.want) << row.file << "\n" << row.manifest;
}

} // namespace
} // namespace portique::inventory
