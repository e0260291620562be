#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/scan/folder_reader.h"

namespace portique::scan {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class FolderReaderTest : public testing::Test {
protected:
  void
  write(const std::string& path, const std::string& content, fs::perms mode = fs::perms{0644}) {
    fs::create_directories((folder_.path() / path).parent_path());
    ASSERT_TRUE(base::write_file_atomically(folder_.path() / path, content));
    fs::permissions(folder_.path() / path, mode);
  }

  static std::vector<std::string> paths_of(const LayerEvidence& evidence) {
    std::vector<std::string> paths;
    for (const FileEvidence& file : evidence.files)
      paths.push_back(file.path);
    for (const Program& program : evidence.programs)
      paths.push_back("program " + program.path);
    return paths;
  }

  base::TempDir folder_ = base::TempDir::create("folder-reader").value();
  ImageReader reader_ = ImageReader::start({}, 1).value();
};

constexpr char kApk[] = "C:Q1\nP:musl\nV:1.1.24-r2\nA:x86_64\no:musl\nL:MIT\n\n";

TEST_F(FolderReaderTest, ReadsDatabasesAtTheirPlacesAndProgramsAnywhere) {
  write("data/apk/db/installed", kApk);
  fs::create_directories(folder_.path() / "lib");
  fs::create_symlink("../data/apk", folder_.path() / "lib/apk");
  write("backup/lib/apk/db/installed", kApk);
  write("opt/run", "#!/bin/sh\n", fs::perms{0755});
  write("opt/notes", "no program\n", fs::perms{0755});
  write("var/lib/docker/overlay2/x/run", "#!/bin/sh\n", fs::perms{0755});
  const auto read = read_rootfs(reader_, folder_.path(), {});
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_THAT(paths_of(read->evidence), ElementsAre("lib/apk/db/installed", "program opt/run"));
  EXPECT_THAT(read->skipped, ElementsAre("var/lib/docker"));
}

TEST_F(FolderReaderTest, DatabasesOfASystemDoNotCountInASourceTree) {
  write("lib/apk/db/installed", kApk);
  write("bin/tool", "#!/bin/sh\n", fs::perms{0755});
  write(".git/hooks/pre-commit", "#!/bin/sh\n", fs::perms{0755});
  write("build/tool", "#!/bin/sh\n", fs::perms{0755});
  write(".dockerignore", "build\n");
  const auto read = read_source_tree(reader_, folder_.path(), {});
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_THAT(paths_of(read->evidence), ElementsAre("program bin/tool"));
}

TEST_F(FolderReaderTest, ABrokenDockerignoreIsAnError) {
  write(".dockerignore", "[a\n");
  const auto read = read_source_tree(reader_, folder_.path(), {});
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().text().find(".dockerignore"), std::string::npos) << read.error().text();
}

} // namespace
} // namespace portique::scan
