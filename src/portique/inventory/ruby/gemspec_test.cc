#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/inventory/catalogers.h"
#include "portique/inventory/ruby/gemspec.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

Analysis read(const fs::path& file) {
  const std::string text = base::read_file(file, 1U << 22U).value();
  return analyze_gemspec({"specifications/a.gemspec", base::as_bytes(text)}, {});
}

std::string text_of(const Analysis& analysis) {
  std::string text;
  for (const model::Package& p : analysis.packages) {
    text += p.name + " " + p.version;
    for (const std::string& licence : p.licences)
      text += " " + licence;
  }
  for (const model::Issue& issue : analysis.issues)
    text += issue.message;
  return text;
}

TEST(Gemspec, ReadsWhatRubyGemsWrites) {
  PQ_SHARED_DATA_OR_SKIP(folder, "pkgdb/lang/gemspec/specifications");

  const struct {
    std::string_view file;
    std::string_view text;
  } rows[] = {
      {"normal00.gemspec", "rake 13.0.3 MIT"},
      {"formatador.gemspec", "formatador 1.1.0 MIT"},
      {"rss-0.2.9.gemspec", "rss 0.2.9 BSD-2-Clause"},
      {"multiple_licenses.gemspec", "test-unit 3.3.7 Ruby BSDL PSFL"},
      // The name is empty; the first line names the gem all the same.
      {"empty_name.gemspec", "test-unit 3.3.7"},
      {"version_constant_require.gemspec",
       "the version of the gem \"example_app_require\" is not written out"},
  };

  for (const auto& row : rows)
    EXPECT_TRUE(text_of(read(folder / row.file)).starts_with(row.text))
        << row.file << ": " << text_of(read(folder / row.file));
}

TEST(Gemspec, KeepsRuntimeDependenciesOnly) {
  const Analysis found = read(fs::path(PORTIQUE_TESTDATA) /
                              "gemspec/good/usr/share/gems/specifications/rake-13.0.3.gemspec");
  ASSERT_EQ(found.packages.size(), 1U);
  EXPECT_THAT(found.packages[0].dependencies, ElementsAre("json"));
}

// "name (1.2.3, default: 1.0.0)" for each gem.
TEST(Gemspec, FindsWhatGemLists) {
  const auto gem = base::run_program({"gem", "list", "--local"});
  const auto folders = base::run_program({"ruby", "-e", "puts Gem::Specification.dirs"});
  if (!gem || gem->exit_status != 0 || !folders) GTEST_SKIP() << "needs Ruby's gem";
  std::set<std::string> want;
  for (std::string_view line : base::split(gem->out, '\n')) {
    const std::string name(base::trim(base::take_until(line, '(')));
    line = line.substr(0, line.find(')'));
    for (std::string_view version : base::split(line, ',')) {
      version = base::trim(version);
      if (version.starts_with("default: ")) version = version.substr(9);
      if (!version.empty())
        want.insert(name + " " + std::string(version.substr(0, version.find(' '))));
    }
  }
  std::set<std::string> found;
  const PathMatcher matcher;
  for (const std::string_view folder : base::split(folders->out, '\n')) {
    if (folder.empty() || !fs::exists(folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const auto cataloger = matcher.match(entry.path().string().substr(1));
      if (!cataloger || catalogers()[*cataloger].id != "gemspec") continue;
      const Analysis analysis = read(entry.path());
      EXPECT_THAT(analysis.issues, IsEmpty()) << entry.path();
      for (const model::Package& package : analysis.packages)
        found.insert(package.name + " " + package.version);
    }
  }
  EXPECT_FALSE(want.empty());
  EXPECT_EQ(found, want);
}

} // namespace
} // namespace portique::inventory
