#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/java/maven_project.h"
#include "portique/inventory/java/pom_properties.h"
#include "portique/inventory/java/pom_xml.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Analysis analyze(const std::string& inside) {
  return analyze_text(kPomXml, "pom.xml", "<project>" + inside + "</project>");
}

std::string dependency(std::string_view artifact, std::string_view more) {
  return "<dependency><groupId>g</groupId><artifactId>" + std::string(artifact) + "</artifactId>" +
         std::string(more) + "</dependency>";
}

TEST(PomXml, TellsScopes) {
  const Analysis found =
      analyze("<dependencies>" + dependency("compile", "<version>1</version>") +
              dependency("runtime", "<version>1</version><scope>runtime</scope>") +
              dependency("test", "<version>1</version><scope> test </scope>") +
              dependency("provided", "<version>1</version><scope>provided</scope>") +
              dependency("optional", "<version>1</version><optional>true</optional>") +
              dependency("both", "<version>1</version><scope>test</scope>") +
              dependency("both", "<version>1</version>") + "</dependencies>");
  EXPECT_THAT(listed(found),
              ElementsAre("g/both@1",
                          "g/compile@1",
                          "g/optional@1 (optional)",
                          "g/provided@1 (optional)",
                          "g/runtime@1",
                          "g/test@1 (development)"));
}

TEST(PomXml, ResolvesPropertiesAndManagedVersions) {
  const Analysis found =
      analyze("<parent><groupId>pg</groupId><artifactId>p</artifactId><version>7</version></parent>"
              "<properties><a.version>1.${minor}</a.version><minor>2</minor><loop>${loop}</loop>"
              "</properties><dependencyManagement><dependencies>" +
              dependency("managed", "<version>${a.version}</version><scope>test</scope>") +
              dependency("typed", "<version>5</version><type>test-jar</type>") +
              "</dependencies></dependencyManagement><dependencies>" +
              dependency("property", "<version>${a.version}</version>") +
              dependency("managed", "") + dependency("typed", "") + // another type is another thing
              dependency("parents", "<version>${project.parent.version}</version>") +
              dependency("own", "<version>${project.version}</version>") +
              dependency("loop", "<version>${loop}</version>") +
              dependency("unknown", "<version>${from.parent}</version>") + dependency("none", "") +
              dependency("exactly", "<version>[1.5]</version>") +
              dependency("range", "<version>[1,2)</version>") +
              dependency("latest", "<version>LATEST</version>") +
              "<dependency><groupId>${project.groupId}</groupId><artifactId>sibling</artifactId>"
              "<version>1</version></dependency>"
              "<dependency><groupId>${x}</groupId><artifactId>y</artifactId><version>1</version>"
              "</dependency></dependencies>");
  EXPECT_THAT(listed(found),
              ElementsAre("g/exactly@1.5",
                          "g/managed@1.2 (development)",
                          "g/own@7",
                          "g/parents@7",
                          "g/property@1.2",
                          "pg/sibling@1"));
  EXPECT_EQ(issues_of(found), "");
}

TEST(PomXml, IsNotBlownUpByItsProperties) {
  std::string properties;
  for (int i = 0; i < 40; ++i)
    properties += fmt::format("<p{}>${{p{}}}${{p{}}}</p{}>", i, i + 1, i + 1, i);
  const Analysis found = analyze("<properties>" + properties + "<p40>x</p40></properties>" +
                                 "<dependencies>" + dependency("a", "<version>${p0}</version>") +
                                 dependency("b", "<version>${p38}</version>") + "</dependencies>");
  EXPECT_THAT(listed(found), ElementsAre("g/b@xxxx"));
}

TEST(PomXml, SaysWhatItCannotRead) {
  EXPECT_THAT(issues_of(analyze_text(kPomXml, "pom.xml", "<html/>")),
              HasSubstr("it is no Maven project: it begins with <html>"));
  EXPECT_THAT(issues_of(analyze_text(kPomXml, "pom.xml", "<project>")), HasSubstr("not valid XML"));
  EXPECT_EQ(analyze_text(kPomXml, "pom.xml", "<project/>"), Analysis{});
}

TEST(PomXml, ReadsTheSamples) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/pom");
  check_samples(kPomXml, samples, std::filesystem::path(PORTIQUE_TESTDATA) / "golden/pom-xml");
}

TEST(MavenProject, HasLicencesAndCoordinates) {
  const auto project = read_maven_project(
      "<project xmlns='http://maven.apache.org/POM/4.0.0'><parent><groupId>g</groupId>"
      "<artifactId>p</artifactId><version>1</version></parent><artifactId>a</artifactId>"
      "<version>${revision}</version><properties><revision>2</revision></properties>"
      "<licenses><license><name>Apache-2.0</name><url>u</url></license><license><url>v</url>"
      "</license><license/></licenses></project>",
      {});
  ASSERT_TRUE(project);
  EXPECT_EQ(project->id, (MavenCoordinates{"g", "a", "2"}));
  EXPECT_THAT(project->licences, ElementsAre("Apache-2.0", "v"));
}

TEST(PomProperties, AreRead) {
  const struct {
    std::string_view text;
    MavenCoordinates want;
  } rows[] = {
      {"#c\r\n!d\ngroupId=g\nartifactId = a\nversion:1\n", {"g", "a", "1"}},
      {"groupId g\nartifactId=a\\=b\nversion=\n", {"g", "a=b", ""}},
      {"version=${project.version}\nartifactId=@a@\ngroupId=two words", {"", "", ""}},
      {"", {"", "", ""}},
  };

  for (const auto& row : rows)
    EXPECT_EQ(read_pom_properties(row.text), row.want) << row.text;
}

TEST(PomProperties, OfAnUnpackedArchiveAreAPackage) {
  constexpr std::string_view kPath = "webapps/a/META-INF/maven/g/a/pom.properties";
  const Analysis found =
      analyze_text(kPomProperties, kPath, "groupId=g\nartifactId=a\nversion=1\n");
  EXPECT_THAT(listed(found), ElementsAre("g/a@1"));
  EXPECT_EQ(found.packages[0].path, kPath);
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_EQ(issues_of(analyze_text(kPomProperties, kPath, "groupId=g\nartifactId=a\n")),
            "it names no version\n");
  EXPECT_EQ(issues_of(analyze_text(kPomProperties, kPath, "")), "it names no artifact\n");
}

} // namespace
} // namespace portique::inventory
