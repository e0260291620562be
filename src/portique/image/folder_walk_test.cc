#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/base/file.h"
#include "portique/image/folder_walk.h"

namespace portique::image {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

class FolderWalkTest : public testing::Test {
protected:
  void write(const std::string& path) {
    fs::create_directories((folder_.path() / path).parent_path());
    ASSERT_TRUE(base::write_file_atomically(folder_.path() / path, "content of " + path));
  }

  base::Result<std::vector<std::string>> walk(const WalkOptions& options = {},
                                              const base::Limits& limits = {}) {
    std::vector<std::string> paths;
    PQ_TRY(walk_folder(
        folder_.path(),
        options,
        limits,
        [&](const WalkedFile& file) -> base::Result<void> {
          paths.emplace_back(file.path);
          return {};
        },
        [&](std::string_view path, const base::Error&) {
          paths.push_back("unreadable " + std::string(path));
        }));
    return paths;
  }

  base::TempDir folder_ = base::TempDir::create("folder-walk").value();
};

TEST_F(FolderWalkTest, GivesRegularFilesInOrder) {
  write("b/two");
  write("b/one");
  write("a");
  write("c/d/e/deep");
  fs::create_symlink("/etc", folder_.path() / "link");
  fs::create_symlink("a", folder_.path() / "b/link");
  ASSERT_EQ(::mkfifo((folder_.path() / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(walk().value(), ElementsAre("a", "b/one", "b/two", "c/d/e/deep"));
}

TEST_F(FolderWalkTest, PassesOverWhatItIsToldTo) {
  write("keep/a");
  write("skip/b");
  write("keep/c.log");
  WalkOptions options;
  options.passes_over = [](std::string_view path, bool is_folder) {
    return (is_folder && path == "skip") || path.ends_with(".log");
  };
  EXPECT_THAT(walk(options).value(), ElementsAre("keep/a"));
}

TEST_F(FolderWalkTest, OpensWhatItFound) {
  write("a/file");
  const auto walked = walk_folder(
      folder_.path(),
      {},
      {},
      [&](const WalkedFile& file) -> base::Result<void> {
        const base::Fd fd = PQ_TRY(file.open());
        EXPECT_TRUE(fd.valid());
        EXPECT_EQ(base::file_size(fd).value(), file.size);
        // What takes its place is not followed.
        const fs::path path = folder_.path() / "a/file";
        fs::remove(path);
        fs::create_symlink("/etc/passwd", path);
        EXPECT_FALSE(PQ_TRY(file.open()).valid());
        fs::remove(path);
        EXPECT_FALSE(PQ_TRY(file.open()).valid());
        return {};
      },
      [](std::string_view, const base::Error&) { FAIL(); });
  EXPECT_TRUE(walked);
}

TEST_F(FolderWalkTest, StaysWithinItsLimits) {
  for (int i = 0; i < 20; ++i)
    write("file" + std::to_string(i));
  base::Limits limits;
  limits.layer_entries = 10;
  EXPECT_EQ(walk({}, limits).error().code(), base::Code::LimitExceeded);
  limits.layer_entries = 100;
  write("deep/file");
  limits.path_bytes = 6;
  EXPECT_THAT(walk({}, limits).value(), testing::Contains("unreadable deep/"));
}

TEST_F(FolderWalkTest, ReachesAsDeepAsPathsGo) {
  std::string path;
  for (int i = 0; i < 500; ++i)
    path += "d/";
  write(path + "file");
  EXPECT_THAT(walk().value(), ElementsAre(path + "file"));
}

TEST_F(FolderWalkTest, StopsAtOtherFileSystemsIfAsked) {
  WalkOptions options;
  options.one_file_system = true;
  options.passes_over = [](std::string_view path, bool is_folder) {
    return is_folder ? path != "proc" : path != "proc/version";
  };
  std::vector<std::string> found;
  const auto walked = walk_folder(
      "/",
      options,
      {},
      [&](const WalkedFile& file) -> base::Result<void> {
        found.emplace_back(file.path);
        return {};
      },
      [](std::string_view, const base::Error&) {});
  ASSERT_TRUE(walked) << walked.error().text();
  EXPECT_THAT(found, testing::IsEmpty());
}

} // namespace
} // namespace portique::image
