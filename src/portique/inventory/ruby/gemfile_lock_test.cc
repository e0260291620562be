#include <filesystem>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/inventory/ruby/gemfile_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

Analysis read(const fs::path& file) {
  const std::string text = base::read_file(file, 1U << 22U).value();
  return analyze_gemfile_lock({"Gemfile.lock", base::as_bytes(text)}, {});
}

TEST(GemfileLock, ReadsGemsWithPlatformHashAndDependencies) {
  const Analysis found = read(fs::path(PORTIQUE_TESTDATA) / "gemfile-lock/good/app/Gemfile.lock");
  ASSERT_EQ(found.packages.size(), 4U);
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_EQ(found.packages[0].name, "hanami-utils");
  EXPECT_THAT(found.packages[0].dependencies, ElementsAre("concurrent-ruby"));
  EXPECT_EQ(found.packages[1].hashes.size(), 1U);
  EXPECT_EQ(found.packages[2].version, "1.15.0");
  EXPECT_EQ(found.packages[2].arch, "x86_64-linux");
  EXPECT_TRUE(found.packages[2].declared);
}

// Bundler's own reader, without what lies in the project itself.
TEST(GemfileLock, AgreesWithBundler) {
  PQ_SHARED_DATA_OR_SKIP(folder, "pkgdb/lang/bundler");
  const std::string program =
      "require 'bundler'; Bundler::LockfileParser.new(File.read(ARGV[0])).specs.each { |s| "
      "puts \"#{s.name} #{s.version}\" unless s.source.instance_of?(Bundler::Source::Path) }";
  // Bundler wants a project to be in.
  const auto project = base::TempDir::create("gemfile-lock").value();
  ASSERT_TRUE(
      base::write_file_atomically(project.path() / "Gemfile", "source 'https://rubygems.org'\n"));
  const std::string gemfile = "BUNDLE_GEMFILE=" + (project.path() / "Gemfile").string();
  int compared = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename() != "Gemfile.lock") continue;
    // Bundler passes over a gem without version; here it is an issue.
    if (entry.path().parent_path().filename() == "scalibr-invalid") continue;
    const auto bundler =
        base::run_program({"env", gemfile, "ruby", "-e", program, entry.path().string()});
    if (!bundler || bundler->exit_status != 0) GTEST_SKIP() << "needs Bundler";
    std::set<std::string> want;
    for (const std::string_view line : base::split(bundler->out, '\n'))
      if (!line.empty()) want.emplace(line);
    const Analysis found = read(entry.path());
    std::set<std::string> have;
    for (const model::Package& package : found.packages)
      have.insert(package.name + " " + package.version);
    EXPECT_EQ(have, want) << entry.path();
    EXPECT_THAT(found.issues, IsEmpty()) << entry.path();
    ++compared;
  }
  EXPECT_GE(compared, 7);
}

} // namespace
} // namespace portique::inventory
