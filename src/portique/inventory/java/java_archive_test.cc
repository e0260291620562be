#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/archive/zip_reader.h"
#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/java/java_archive.h"
#include "portique/test_support/zip_builder.h"

namespace portique::inventory {
namespace {

namespace fs = std::filesystem;
using test_support::ZipBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kStored = ZipBuilder::Method::Stored;

Analysis analyze(std::string_view path, const std::string& bytes, const base::Limits& limits = {}) {
  return analyze_java_archive({path, base::as_bytes(bytes)}, limits);
}

/// pom.properties of "group:artifact:version".
void add_properties(ZipBuilder& zip, std::string_view id, std::string_view above = "") {
  const auto parts = base::split(id, ':');
  zip.add(fmt::format("{}META-INF/maven/{}/{}/pom.properties", above, parts[0], parts[1]),
          fmt::format("#Created\n#Mon Jan 1\nversion={}\r\ngroupId={}\nartifactId={}\n",
                      parts[2],
                      parts[0],
                      parts[1]));
}

std::string jar_of(std::string_view id) {
  ZipBuilder zip;
  add_properties(zip, id);
  return zip.bytes();
}

TEST(JavaArchive, IsWhatItsPropertiesSay) {
  ZipBuilder zip;
  zip.add("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nImplementation-Version: 9.9\n");
  add_properties(zip, "org.example:a:1.0");
  zip.add("META-INF/maven/org.example/a/pom.xml",
          "<project><artifactId>a</artifactId><licenses><license><name>Apache-2.0</name></license>"
          "</licenses><dependencies><dependency><groupId>g</groupId><artifactId>d</artifactId>"
          "<version>2</version></dependency></dependencies></project>");
  const std::string bytes = zip.bytes();
  const Analysis found = analyze("opt/a-1.0.jar", bytes);
  EXPECT_THAT(found.issues, IsEmpty());
  ASSERT_EQ(found.packages.size(), 1U);
  const model::Package& package = found.packages[0];
  EXPECT_EQ(listed(package), "org.example/a@1.0");
  EXPECT_EQ(package.type, "maven");
  EXPECT_EQ(package.path, "opt/a-1.0.jar");
  EXPECT_EQ(package.inner_path, "");
  EXPECT_THAT(package.licences, ElementsAre("Apache-2.0"));
  EXPECT_THAT(package.dependencies, ElementsAre("g/d@2"));
  ASSERT_EQ(package.hashes.size(), 1U);
  EXPECT_TRUE(package.hashes[0].starts_with("sha1:"));
}

TEST(JavaArchive, ListsAllThatWasShadedIntoIt) {
  ZipBuilder zip;
  add_properties(zip, "org.example:app:1.0");
  add_properties(zip, "com.google.guava:guava:31.1-jre");
  add_properties(zip, "org.yaml:snakeyaml:1.30", "BOOT-INF/classes/");
  zip.add("META-INF/maven/g/only-project/pom.xml",
          "<project><parent><groupId>g</groupId><version>3</version></parent>"
          "<artifactId>only-project</artifactId></project>");
  const Analysis found = analyze("app.jar", zip.bytes());
  EXPECT_THAT(listed(found),
              ElementsAre("com.google.guava/guava@31.1-jre",
                          "g/only-project@3",
                          "org.example/app@1.0",
                          "org.yaml/snakeyaml@1.30"));
  for (const model::Package& package : found.packages)
    EXPECT_EQ(package.hashes.empty(), package.name != "app")
        << "only the archive's own has its hash";
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(JavaArchive, IsNamedByItsNameAndManifestElse) {
  const struct {
    std::string_view path;
    std::string_view manifest;
    std::vector<std::string> properties;
    std::vector<std::string> want;
  } rows[] = {
      {"spring-core-5.3.20.jar", "", {}, {"org.springframework/spring-core@5.3.20"}},
      // The archive is none of the projects that were shaded into it.
      {"tool-2.0.jar", "", {"g:x:1", "g:y:1"}, {"g/x@1", "g/y@1", "org.example/tool@2.0"}},
      {"tool-2.0.jar", "", {"g:x:1"}, {"g/x@1", "org.example/tool@2.0"}},
      // It is, under another name.
      {"renamed.jar", "", {"g:x:1"}, {"g/x@1"}},
      {"renamed.jar", "Implementation-Version: 1", {"g:x:1"}, {"g/x@1"}},
      {"renamed-1.jar", "", {"g:x:1"}, {"g/x@1"}},
      {"renamed.jar",
       "Implementation-Title: x\nImplementation-Version: 1",
       {"g:x:1", "g:y:2"},
       {"g/x@1", "g/y@2"}},
      // Nothing is known of it.
      {"app.jar", "", {}, {}},
      {"app.jar", "", {"g:x:1", "g:y:2"}, {"g/x@1", "g/y@2"}},
  };

  for (const auto& row : rows) {
    ZipBuilder zip;
    zip.add("META-INF/MANIFEST.MF", row.manifest);
    for (const std::string& id : row.properties)
      add_properties(zip, id);
    zip.add("org/example/A.class", "").add("org/example/b/B.class", "").add("x.txt", "");
    const Analysis found = analyze(row.path, zip.bytes());
    EXPECT_EQ(listed(found), row.want) << row.path << " " << row.manifest;
    EXPECT_THAT(found.issues, IsEmpty()) << row.path;
  }
}

TEST(JavaArchive, ReadsArchivesInside) {
  ZipBuilder jar;
  add_properties(jar, "g:shaded:1");
  jar.add("lib/inner-2.0.jar", jar_of("g:inner:2.0"));
  ZipBuilder war;
  war.add("WEB-INF/lib/outer-1.0.jar", jar.bytes());
  war.add("WEB-INF/lib/stored-3.0.JAR", jar_of("g:stored:3.0"), kStored);
  war.add("WEB-INF/lib/notes.rar", "Rar! no zip archive");
  war.add("WEB-INF/lib/folder.jar/", "");
  const std::string bytes = war.bytes();
  const Analysis memory = analyze("a.war", bytes);
  EXPECT_EQ(issues_of(memory), "");
  std::vector<std::string> places;
  for (const model::Package& package : memory.packages)
    places.push_back(package.name + " " + package.inner_path);
  EXPECT_THAT(places,
              ElementsAre("shaded WEB-INF/lib/outer-1.0.jar",
                          "outer WEB-INF/lib/outer-1.0.jar",
                          "inner WEB-INF/lib/outer-1.0.jar!lib/inner-2.0.jar",
                          "stored WEB-INF/lib/stored-3.0.JAR"));

  // A large one lies in a file.
  const auto folder = base::TempDir::create("java-archive").value();
  ASSERT_TRUE(base::write_file_atomically(folder.path() / "x", "..." + bytes));
  const base::Fd file = base::open_file(folder.path() / "x").value();
  EXPECT_EQ(analyze_java_archive({"a.war", file, 3, bytes.size()}, {}), memory);
}

TEST(JavaArchive, SaysWhatItCannotRead) {
  const struct {
    std::string name;
    std::string bytes;
    std::string_view issue; ///< "": none
  } rows[] = {
      {"a.jar", "no zip archive", "no zip end record"},
      {"a.jar", "", ""},
      {"a.rar", "Rar!\x1a\x07", ""},
      {"a.rar", "PK\x03\x04 cut", "no zip end record"},
      {"a.war",
       ZipBuilder().add("lib/b.jar", "broken").bytes(),
       "lib/b.jar: the archive has no zip"},
      {"a.war",
       ZipBuilder().add("b.war", ZipBuilder().add("c.jar", "x").bytes()).bytes(),
       "b.war!c.jar: the archive"},
      {"a.jar",
       ZipBuilder().add("META-INF/maven/g/a/pom.properties", "groupId=g").bytes(),
       "META-INF/maven/g/a/pom.properties: it names no version"},
      {"a.jar",
       ZipBuilder().add("META-INF/maven/g/a/pom.xml", "<project>").bytes(),
       "not valid XML"},
  };

  for (const auto& row : rows) {
    const Analysis found = analyze(row.name, row.bytes);
    EXPECT_THAT(found.packages, IsEmpty());
    if (row.issue.empty())
      EXPECT_EQ(issues_of(found), "") << row.name;
    else
      EXPECT_THAT(issues_of(found), HasSubstr(std::string(row.issue)));
  }
}

TEST(JavaArchive, KeepsWithinItsLimits) {
  std::string nested = jar_of("g:innermost:1");
  for (int i = 0; i < 10; ++i)
    nested = ZipBuilder().add("n.jar", nested, kStored).bytes();
  EXPECT_THAT(issues_of(analyze("n.jar", nested)), HasSubstr("nested too deep"));

  base::Limits limits;
  limits.archive_memory_bytes = 100;
  const std::string deflated = ZipBuilder().add("n.jar", jar_of("g:a:1")).bytes();
  const std::string stored = ZipBuilder().add("n.jar", jar_of("g:a:1"), kStored).bytes();
  EXPECT_THAT(issues_of(analyze("a.war", deflated, limits)), HasSubstr("larger than 100 bytes"));
  EXPECT_EQ(listed(analyze("a.war", stored, limits)), std::vector<std::string>{"g/a@1"});
  limits.archive_unpacked_bytes = 10;
  EXPECT_THAT(issues_of(analyze("a.war", stored, limits)), HasSubstr("too much would be unpacked"));

  limits = {};
  limits.archive_entries = 1;
  EXPECT_THAT(issues_of(analyze("a.jar", ZipBuilder().add("a", "").add("b", "").bytes(), limits)),
              HasSubstr("more than 1 entries"));
  limits = {};
  limits.packages = 2;
  ZipBuilder many;
  for (const std::string_view id : {"g:a:1", "g:b:1", "g:c:1"})
    add_properties(many, id);
  const Analysis found = analyze("many.jar", many.bytes(), limits);
  EXPECT_EQ(found.packages.size(), 2U);
  EXPECT_THAT(issues_of(found), HasSubstr("too many packages"));
}

/// The packages of an archive as unzip and sed tell them: every pom.properties of it.
std::vector<std::string> unzipped(const fs::path& jar) {
  constexpr const char* kScript =
      "unzip -Z1 \"$0\" 'META-INF/maven/*/*/pom.properties' | while read -r f; do "
      "unzip -p \"$0\" \"$f\" | tr -d '\\r' | "
      "sed -n -e 's/^groupId=/G/p;s/^artifactId=/A/p;s/^version=/V/p' | tr '\\n' ' '; echo; done";
  const auto output = base::run_program({"sh", "-c", kScript, jar.string()});
  std::vector<std::string> packages;
  if (!output) return packages;
  for (const std::string_view line : base::split(output->out, '\n')) {
    std::string group;
    std::string artifact;
    std::string version;
    for (const std::string_view word : base::split(line, ' ')) {
      if (word.starts_with('G')) group = word.substr(1);
      if (word.starts_with('A')) artifact = word.substr(1);
      if (word.starts_with('V')) version = word.substr(1);
    }
    if (!artifact.empty()) packages.push_back(fmt::format("{}/{}@{}", group, artifact, version));
  }
  std::ranges::sort(packages);
  const auto twice = std::ranges::unique(packages);
  packages.erase(twice.begin(), twice.end());
  return packages;
}

TEST(JavaArchive, AgreesWithUnzipOnDebiansArchives) {
  const fs::path folder = "/usr/share/java";
  if (!fs::exists(folder)) GTEST_SKIP() << "no Java archives are installed";
  if (!base::run_program({"unzip", "-v"})) GTEST_SKIP() << "unzip is not installed";
  std::size_t archives = 0;
  std::size_t projects = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".jar" || !entry.is_regular_file() || entry.is_symlink())
      continue;
    const std::string bytes = base::read_file(entry.path(), 512U << 20U).value();
    const Analysis found = analyze("usr/share/java/" + entry.path().filename().string(), bytes);
    EXPECT_EQ(issues_of(found), "") << entry.path();
    const std::vector<std::string> got = listed(found);
    const std::vector<std::string> want = unzipped(entry.path());
    EXPECT_TRUE(std::ranges::includes(got, want)) << entry.path() << testing::PrintToString(want);
    EXPECT_LE(got.size(), want.size() + 1) << entry.path();
    ++archives;
    projects += want.size();
  }
  if (archives == 0) GTEST_SKIP() << "no Java archives are installed";
  EXPECT_GT(projects, 0U);
  RecordProperty("archives", std::to_string(archives));
  RecordProperty("projects", std::to_string(projects));
}

/// The archive without what Maven wrote into it, and without content.
std::string stripped(const archive::ZipReader& zip) {
  ZipBuilder bare;
  std::string content;
  for (const archive::ZipEntry& entry : zip.entries()) {
    if (entry.name.starts_with("META-INF/maven/")) continue;
    content.clear();
    if (entry.name == "META-INF/MANIFEST.MF" && !zip.read(entry, 1U << 20U, content))
      ADD_FAILURE() << entry.name;
    bare.add(entry.name, content, kStored);
  }
  return bare.bytes();
}

// Debian's repository of Maven artifacts knows what each archive is. Taken as if Maven had written
// nothing into them, they have to be named right by all else: artifact and version nearly always,
// the group mostly.
TEST(JavaArchive, GuessesWhatDebiansRepositoryKnows) {
  const fs::path repository = "/usr/share/maven-repo";
  if (!fs::exists(repository)) GTEST_SKIP() << "no package with Maven artifacts is installed";
  int all = 0;
  int named = 0;
  int grouped = 0;
  std::string wrong;
  for (const auto& entry : fs::recursive_directory_iterator(repository)) {
    if (entry.path().extension() != ".jar" || !fs::exists(entry.path())) continue;
    // GROUP/ARTIFACT/VERSION/ARTIFACT-VERSION.jar
    const fs::path folder = entry.path().parent_path();
    const std::string version = folder.filename().string();
    if (!base::is_digit(version.front())) continue; // "debian", which stands for any version
    const std::string artifact = folder.parent_path().filename().string();
    std::string group = fs::relative(folder.parent_path().parent_path(), repository).string();
    std::replace(group.begin(), group.end(), '/', '.');
    const std::string bytes = base::read_file(entry.path(), 256U << 20U).value();
    const auto zip = archive::ZipReader::open(base::as_bytes(bytes), {});
    if (!zip) continue;
    const Analysis found = analyze(entry.path().filename().string(), stripped(*zip));
    ++all;
    if (found.packages.size() != 1) continue;
    const model::Package& package = found.packages[0];
    if (package.name == artifact && package.version == version) ++named;
    if (package.ns == group)
      ++grouped;
    else
      wrong += fmt::format("{}:{} was taken for {}\n", group, artifact, listed(package));
  }
  if (all < 20) GTEST_SKIP() << "only " << all << " archives";
  RecordProperty("archives", all);
  RecordProperty("groups", grouped);
  EXPECT_GE(named * 100, all * 97) << wrong;
  EXPECT_GE(grouped * 100, all * 60) << grouped << " of " << all << "\n" << wrong;
}

} // namespace
} // namespace portique::inventory
