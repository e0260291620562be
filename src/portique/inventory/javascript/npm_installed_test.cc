#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/base/run_program.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/javascript/npm_installed.h"
#include "portique/inventory/javascript/npm_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace fs = std::filesystem;
namespace json = boost::json;

Analysis analyze(std::string_view path, std::string_view text) {
  return analyze_text(kNpmInstalled, path, text);
}

TEST(NpmInstalled, ReadsTheFixtures) {
  const fs::path folder = fs::path(PORTIQUE_TESTDATA) / "npm-installed/good/app/node_modules";
  const auto read = [&](const std::string& path) {
    return analyze("node_modules/" + path, base::read_file(folder / path, 1U << 20U).value());
  };
  const Analysis scoped = read("@example/parser/package.json");
  ASSERT_EQ(scoped.packages.size(), 1U);
  EXPECT_EQ(scoped.packages[0],
            (model::Package{.type = "npm",
                            .ns = "@example",
                            .name = "parser",
                            .version = "1.2.3",
                            .licences = {"MIT"},
                            .path = "node_modules/@example/parser/package.json",
                            .dependencies = {"@example/right", "fast", "left"}}));
  const Analysis old = read(".pnpm/old@0.1.0/node_modules/old/package.json");
  ASSERT_EQ(old.packages.size(), 1U);
  EXPECT_EQ(old.packages[0].version, "0.1.0");
  EXPECT_THAT(old.packages[0].licences, ElementsAre("BSD-3-Clause", "MIT"));
}

// Where a package lies decides whether it counts, and whether what is wrong with it does.
TEST(NpmInstalled, CountsWherePackagesLie) {
  const struct {
    std::string_view path;
    bool counts;
    bool issues;
  } rows[] = {
      {"node_modules/a/package.json", true, true},
      {"app/node_modules/@s/a/package.json", true, true},
      {"app/node_modules/a/node_modules/b/package.json", true, true},
      {"app/node_modules/@s/a/node_modules/@t/b/package.json", true, true},
      {"app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json", true, true},
      {"app/node_modules/.pnpm/@s+a@1/node_modules/@s/a/package.json", true, true},
      {"app/node_modules/.store/a-npm-1.0.0-0123/package/package.json", true, true},
      {"app/node_modules/.bun/a@1.0.0/node_modules/a/package.json", true, true},
      {"app/node_modules/.pnpm/node_modules/a/package.json", true, false},
      {"app/node_modules/a/test/fixtures/node_modules/b/package.json", true, false},
      {"package.json", false, false},
      {"app/package.json", false, false},
      {"app/node_modules/package.json", false, false},
      {"app/node_modules/@s/package.json", false, false},
      {"app/node_modules/a/lib/package.json", false, false},
      {"app/node_modules/@s/a/lib/package.json", false, false},
      {"app/node_modules/.cache/package.json", false, false},
      {"app/node_modules/.cache/a/package.json", false, false},
      {"app/node_modules/.cache/a/b/package.json", false, false},
      {"app/my_node_modules/a/package.json", false, false},
  };

  for (const auto& row : rows) {
    const Analysis found = analyze(row.path, R"({"name": "a", "version": "1.0.0"})");
    EXPECT_EQ(!found.packages.empty(), row.counts) << row.path;
    EXPECT_THAT(found.issues, IsEmpty()) << row.path;
    for (const std::string_view broken : {"{", R"({"name": "a"})", R"({"version": "1"})", "[]"})
      EXPECT_EQ(!analyze(row.path, broken).issues.empty(), row.issues) << row.path << " " << broken;
  }
}

TEST(NpmInstalled, TakesOddManifests) {
  const auto one = [](std::string_view text) {
    return analyze("node_modules/a/package.json", text);
  };
  EXPECT_THAT(listed(one("\xEF\xBB\xBF{\"name\": \"a\", \"version\": \" =v1.0.0 \"}")),
              ElementsAre("a@1.0.0"));
  EXPECT_THAT(one(R"({"type": "module"})").issues, IsEmpty()) << "a part, no package";
  const Analysis typed = one(R"({"name": "a", "version": "1", "license": {"type": " MIT "},
                                 "licenses": {"type": "X"}, "dependencies": ["b"]})");
  EXPECT_THAT(typed.packages.at(0).licences, ElementsAre("MIT", "X"));
  EXPECT_THAT(typed.packages.at(0).dependencies, IsEmpty());
  for (const std::string_view bad : {R"({"name": "../a", "version": "1"})",
                                     R"({"name": "a", "version": 1})",
                                     R"({"name": {"a": 1}, "version": "1"})",
                                     R"({"name": "a", "version": "1 2"})"}) {
    EXPECT_THAT(one(bad).packages, IsEmpty()) << bad;
    EXPECT_EQ(one(bad).issues.size(), 1U) << bad;
  }
}

TEST(NpmInstalled, ReadsRealPackages) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/node-installed");
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(samples)) {
    if (!entry.is_regular_file()) continue;
    const Analysis analysis = analyze(fs::relative(entry.path(), samples).string(),
                                      base::read_file(entry.path(), 1U << 20U).value());
    EXPECT_THAT(analysis.issues, IsEmpty()) << entry.path();
    for (const auto& package : analysis.packages)
      found.push_back(listed(package) + " " + package.licences.at(0));
  }
  std::ranges::sort(found);
  // By jq -r '"\(.name)@\(.version) \(.license)"'.
  EXPECT_THAT(found,
              ElementsAre("@4lolo/resize-observer-polyfill@1.5.2 MIT",
                          "@types/bun@1.2.13 MIT",
                          "@types/node@22.15.18 MIT",
                          "async@3.2.3 MIT",
                          "collapse-white-space@2.0.0 MIT",
                          "end-of-stream@1.4.4 MIT",
                          "is-number@6.0.0 MIT",
                          "jquery@3.3.9 MIT",
                          "once@1.4.0 ISC",
                          "redux@4.0.1 MIT",
                          "source-map@0.6.1 BSD-3-Clause",
                          "typescript@5.8.3 Apache-2.0"));
}

// What npm itself says is installed: names as in the packages, not as the folders are called.
void list_npm_tree(const json::object& node, std::set<std::string>& into) {
  for (const auto& [name, value] : base::json_fields(&node, "dependencies")) {
    const json::object* child = value.if_object();
    const std::string_view version = base::json_string(child, "version");
    if (version.empty()) continue; // an optional package for another platform
    into.insert(std::string(base::json_string(child, "name")) + "@" + std::string(version));
    list_npm_tree(*child, into);
  }
}

// A real installation with scopes, an alias, a package in several versions, tools for development
// and an optional package for another system.
TEST(NpmInstalled, ListsWhatNpmLists) {
  const auto folder = base::TempDir::create("npm").value();
  const std::string at = folder.path().string();
  ASSERT_TRUE(base::write_file_atomically(folder.path() / "package.json",
                                          R"({"name": "application", "version": "1.0.0",
        "dependencies": {"express": "4.19.2", "@isaacs/cliui": "8.0.2", "debug": "4.3.4"},
        "devDependencies": {"mocha": "10.4.0"},
        "optionalDependencies": {"fsevents": "2.3.3"}})"));
  const base::ProgramLimits limits{.time = std::chrono::minutes(2), .output_bytes = 64U << 20U};
  const auto install = base::run_program({"npm",
                                          "install",
                                          "--prefix",
                                          at,
                                          "--ignore-scripts",
                                          "--no-audit",
                                          "--no-fund",
                                          "--fetch-retries=0",
                                          "--fetch-timeout=20000"},
                                         limits);
  if (!install || install->exit_status != 0) GTEST_SKIP() << "npm cannot install here";
  const auto answer =
      base::run_program({"npm", "ls", "--prefix", at, "--all", "--json", "--long"}, limits);
  ASSERT_TRUE(answer);
  const auto tree = base::parse_json(answer->out);
  ASSERT_TRUE(tree) << tree.error().text();
  std::set<std::string> expected;
  list_npm_tree(tree->as_object(), expected);
  EXPECT_GT(expected.size(), 100U);

  std::set<std::string> installed;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path())) {
    if (!entry.is_regular_file() || entry.path().filename() != "package.json") continue;
    const Analysis analysis = analyze(fs::relative(entry.path(), folder.path()).string(),
                                      base::read_file(entry.path(), 8U << 20U).value());
    EXPECT_EQ(issues_of(analysis), "") << entry.path();
    for (const auto& line : listed(analysis))
      installed.insert(line);
  }
  EXPECT_EQ(installed, expected);

  const Analysis lock =
      analyze_text(kNpmLock,
                   "package-lock.json",
                   base::read_file(folder.path() / "package-lock.json", 8U << 20U).value());
  EXPECT_EQ(issues_of(lock), "");
  std::set<std::string> declared;
  for (const auto& package : lock.packages)
    declared.insert(dependency_text(package));
  // The lock file also has what this system left out.
  EXPECT_EQ(declared.erase("fsevents@2.3.3"), 1U);
  EXPECT_EQ(declared, expected);
}

} // namespace
} // namespace portique::inventory
