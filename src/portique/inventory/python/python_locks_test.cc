// The lock files of Python's tools: poetry, uv, pdm, Pipenv, pylock.toml; and conda's records.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/python/catalogers.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

constexpr std::string_view kSha256 =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kMd5 = "md5:d41d8cd98f00b204e9800998ecf8427e";

Analysis fixture(const Cataloger& cataloger, const std::string& path) {
  return analyze_text(
      cataloger,
      path,
      base::read_file(fs::path(PORTIQUE_TESTDATA) / cataloger.id / "good" / path, 1U << 20U)
          .value());
}

TEST(PoetryLock, ReadsScopesAndDependencies) {
  const Analysis found = fixture(kPoetryLock, "poetry.lock");
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_THAT(listed(found),
              ElementsAre("Flask@2.0.0",
                          "left_pad@1.1 (development)",
                          "twice@1.0 (optional)",
                          "twice@2.0 (development)"));
  EXPECT_THAT(find_package(found, "Flask")->dependencies,
              ElementsAre("gone", "left_pad@1.1", "twice"));
  EXPECT_THAT(find_package(found, "Flask")->hashes, ElementsAre(kSha256));
  EXPECT_THAT(find_package(found, "left_pad")->hashes, ElementsAre(kMd5)) << "from metadata.files";
}

TEST(UvLock, ReadsScopesAndDependencies) {
  const Analysis found = fixture(kUvLock, "uv.lock");
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_THAT(listed(found),
              ElementsAre("a@1.0",
                          "b@1.0 (optional)",
                          "c@1.0",
                          "d@1.0",
                          "e@1.0",
                          "fork@1.0",
                          "fork@2.0 (optional)",
                          "t@1.0 (development)"));
  EXPECT_THAT(find_package(found, "a")->dependencies, ElementsAre("c@1.0"));
  EXPECT_THAT(find_package(found, "a")->hashes, ElementsAre(kSha256));
  EXPECT_THAT(find_package(found, "b")->dependencies, ElementsAre("c@1.0", "fork"));
}

TEST(PdmLock, ReadsScopesAndDependencies) {
  const Analysis found = fixture(kPdmLock, "pdm.lock");
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_THAT(listed(found), ElementsAre("a@1.0", "b@1.5 (optional)", "c@2.0"));
  EXPECT_THAT(find_package(found, "a")->dependencies, ElementsAre("b@1.5", "gone"));
  EXPECT_THAT(find_package(found, "b")->dependencies, ElementsAre("c@2.0"));
  EXPECT_THAT(find_package(found, "a")->hashes, ElementsAre(kSha256));
}

TEST(Pylock, ReadsScopesAndDependencies) {
  const Analysis found = fixture(kPylock, "pylock.toml");
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_THAT(listed(found), ElementsAre("a@1.0", "b@2.0 (optional)", "t@3.0 (development)"));
  EXPECT_THAT(find_package(found, "a")->dependencies, ElementsAre("b@2.0"));
  EXPECT_THAT(find_package(found, "a")->hashes, ElementsAre(kSha256));
  EXPECT_THAT(find_package(found, "b")->hashes, ElementsAre(kMd5));
}

TEST(PipfileLock, ReadsCategories) {
  const Analysis found = fixture(kPipfileLock, "Pipfile.lock");
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_THAT(listed(found), ElementsAre("flask@2.0.0", "pytest@7.0.0 (development)"));
  EXPECT_THAT(find_package(found, "flask")->hashes, ElementsAre(kSha256));
}

TEST(CondaMeta, ReadsARecord) {
  const Analysis found = fixture(kCondaMeta, "opt/conda/conda-meta/zlib-1.2.13-h1_0.json");
  ASSERT_EQ(found.packages.size(), 1U);
  EXPECT_EQ(found.packages[0],
            (model::Package{.type = "conda",
                            .name = "zlib",
                            .version = "1.2.13",
                            .arch = "linux-64",
                            .licences = {"Zlib"},
                            .path = "opt/conda/conda-meta/zlib-1.2.13-h1_0.json",
                            .dependencies = {"libgcc-ng", "libzlib"},
                            .hashes = {std::string(kSha256)}}));
}

TEST(CondaMeta, ReadsRealRecords) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/conda");
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(samples)) {
    if (!entry.is_regular_file()) continue;
    const Analysis analysis = analyze_text(kCondaMeta,
                                           fs::relative(entry.path(), samples).string(),
                                           base::read_file(entry.path(), 1U << 20U).value());
    EXPECT_THAT(analysis.issues, IsEmpty()) << entry.path();
    for (const auto& package : analysis.packages)
      found.push_back(listed(package) + " " + package.arch + " " + package.licences.at(0));
  }
  std::ranges::sort(found);
  // By jq -r '"\(.name)@\(.version) \(.subdir) \(.license)"'.
  EXPECT_THAT(found,
              ElementsAre("_libgcc_mutex@0.1  MIT",
                          "_openmp_mutex@5.1  BSD-3-Clause",
                          "pip@22.2.2 linux-64 MIT",
                          "zlib@1.2.11 osx-arm64 Zlib"));
}

TEST(CondaEnvironment, ReadsPins) {
  const Analysis found = fixture(kCondaEnvironment, "environment.yml");
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_THAT(listed(found),
              ElementsAre("Flask@2.0.0", "numpy@1.21.2", "python@3.8.10", "zlib@1.2.11"));
  EXPECT_EQ(find_package(found, "numpy")->type, "conda");
  EXPECT_EQ(find_package(found, "Flask")->type, "pypi");
  for (const std::string_view text :
       {"", "a: b", "dependencies: 1", "dependencies: [[], {pip: 1}]"})
    EXPECT_EQ(analyze_text(kCondaEnvironment, "environment.yml", text), Analysis{}) << text;
}

TEST(PythonLocks, ReportWhatTheyCannotRead) {
  const struct {
    const Cataloger& cataloger;
    std::string_view path;
    std::string_view text;
    std::string_view issue;
  } rows[] = {
      {kPoetryLock, "poetry.lock", "[[package]", "line 1"},
      {kPoetryLock, "poetry.lock", "package = 1", "no list"},
      {kPoetryLock, "poetry.lock", "package = [1]", "no version"},
      {kPoetryLock, "poetry.lock", "[[package]]\nname = 'a b'\nversion = '1'", "\"a b\""},
      {kUvLock, "uv.lock", "", "no version"},
      {kUvLock, "uv.lock", "version = 7", "version 7"},
      {kUvLock, "uv.lock", "version = 1\n[[package]]\nname = 'a'", "\"a\" has no version"},
      {kPdmLock, "pdm.lock", "\xff", "UTF-8"},
      {kPylock, "pylock.toml", "[[packages]]\nname = 'a'\nversion = '1'", "version 1.0"},
      {kPylock, "pylock.toml", "lock-version = '1.0'\n[[packages]]\nname = 'a'", "\"a\""},
      {kPipfileLock, "Pipfile.lock", "{}", "no lock file"},
      {kPipfileLock, "Pipfile.lock", "{", "JSON"},
      {kPipfileLock, "Pipfile.lock", R"({"_meta": {}, "default": {"a": 1}})", "\"a\""},
      {kPipfileLock, "Pipfile.lock", R"({"_meta": {}, "x": {"a": {"version": "1"}}})", "\"a\""},
      {kCondaEnvironment, "environment.yml", "dependencies: ['=1']", "line 1: \"=1\""},
      {kCondaEnvironment, "environment.yml", "dependencies: [{pip: [a b]}]", "no requirement"},
      {kCondaEnvironment, "environment.yml", "dependencies: [", "YAML"},
      {kCondaMeta, "conda-meta/a.json", "[]", "no valid name"},
      {kCondaMeta, "conda-meta/a.json", R"({"name": "a", "version": 1})", "no valid name"},
  };

  for (const auto& row : rows) {
    const Analysis found = analyze_text(row.cataloger, row.path, row.text);
    ASSERT_EQ(found.issues.size(), 1U) << row.text;
    EXPECT_TRUE(issues_of(found).contains(row.issue)) << issues_of(found);
  }
  EXPECT_THAT(analyze_text(kPoetryLock, "poetry.lock", "package = []").issues, IsEmpty());
}

TEST(PythonLocks, ListWhatTheirToolsWrote) {
  const struct {
    const Cataloger& cataloger;
    std::string_view samples;
  } rows[] = {
      {kPoetryLock, "poetry"},
      {kUvLock, "uv"},
      {kPdmLock, "pdm"},
      {kPylock, "pylock"},
      {kPipfileLock, "pipenv"},
  };

  for (const auto& row : rows) {
    PQ_SHARED_DATA_OR_SKIP(samples, fs::path("pkgdb/lang") / row.samples);
    check_samples(
        row.cataloger, samples, fs::path(PORTIQUE_TESTDATA) / "golden" / row.cataloger.id);
  }
}

} // namespace
} // namespace portique::inventory
