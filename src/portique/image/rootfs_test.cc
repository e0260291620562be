#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "portique/base/file.h"
#include "portique/image/rootfs.h"

namespace portique::image {
namespace {

namespace fs = std::filesystem;

class RootfsTest : public ::testing::Test {
protected:
  void SetUp() override { root_.emplace(*base::TempDir::create("portique-rootfs")); }

  void write(const std::string& path, std::string_view content) const {
    fs::create_directories((root_->path() / path).parent_path());
    std::ofstream(root_->path() / path) << content;
  }

  std::vector<std::string> find(std::string_view location) const {
    const auto files = Rootfs::open(root_->path())->find(location);
    EXPECT_TRUE(files);
    std::vector<std::string> found;
    for (const RootfsFile& file : *files) {
      std::array<std::byte, 3> content{};
      EXPECT_TRUE(base::read_exact_at(file.file, 0, content));
      found.push_back(file.path + "=" + std::string(base::as_text(content)));
    }
    return found;
  }

  std::optional<base::TempDir> root_;
};

using Found = std::vector<std::string>;

TEST_F(RootfsTest, FindsPatternsWithinAComponent) {
  write("info/bash.list", "one");
  write("info/bash.md5sums", "two");
  EXPECT_EQ(find("info/*.list"), Found{"info/bash.list=one"});
}

TEST_F(RootfsTest, FindsPlainPathsAndPatterns) {
  write("var/lib/dpkg/status.d/bash", "one");
  write("var/lib/dpkg/status.d/zsh", "two");
  EXPECT_EQ(find("var/lib/dpkg/status.d/bash"), Found{"var/lib/dpkg/status.d/bash=one"});
  EXPECT_EQ(find("var/lib/dpkg/status.d/*"),
            (Found{"var/lib/dpkg/status.d/bash=one", "var/lib/dpkg/status.d/zsh=two"}));
  EXPECT_EQ(find("var/*/dpkg/*/zsh"), Found{"var/lib/dpkg/status.d/zsh=two"});
  EXPECT_EQ(find("var/lib/rpm/Packages"), Found{});
  EXPECT_EQ(find("var/lib/dpkg/status.d/bash/deeper"), Found{});
}

TEST_F(RootfsTest, LinksAreFollowedInsideTheRootOnly) {
  write("usr/lib/sysimage/rpm/Packages", "abc");
  fs::create_directories(root_->path() / "var/lib");
  fs::create_directory_symlink("/usr/lib/sysimage/rpm", root_->path() / "var/lib/rpm");
  EXPECT_EQ(find("var/lib/rpm/Packages"), Found{"var/lib/rpm/Packages=abc"});

  // Each of these names a file of the host; inside the root there is none.
  fs::create_directories(root_->path() / "etc");
  fs::create_symlink("/proc/version", root_->path() / "etc/os-release");
  fs::create_symlink("../../../../../../proc/version", root_->path() / "etc/lsb-release");
  EXPECT_EQ(find("etc/os-release"), Found{});
  EXPECT_EQ(find("etc/lsb-release"), Found{});
}

TEST_F(RootfsTest, LoopsAndSpecialFilesAreNoFiles) {
  fs::create_directories(root_->path() / "etc");
  fs::create_symlink("os-release", root_->path() / "etc/os-release");
  ASSERT_EQ(::mkfifo((root_->path() / "etc/lsb-release").c_str(), 0600), 0);
  EXPECT_EQ(find("etc/os-release"), Found{});
  EXPECT_EQ(find("etc/lsb-release"), Found{}) << "and it must not block on the pipe";
}

TEST_F(RootfsTest, OneFileByTwoPathsIsToldByItsInode) {
  write("usr/lib/os-release", "abc");
  fs::create_directories(root_->path() / "etc");
  fs::create_symlink("../usr/lib/os-release", root_->path() / "etc/os-release");
  const auto rootfs = Rootfs::open(root_->path());
  const auto link = rootfs->find("etc/os-release");
  const auto file = rootfs->find("usr/lib/os-release");
  EXPECT_EQ(link->at(0).inode, file->at(0).inode);
}

TEST_F(RootfsTest, AMissingFolderIsAnError) {
  EXPECT_EQ(Rootfs::open(root_->path() / "nowhere").error().code(), base::Code::NotFound);
}

} // namespace
} // namespace portique::image
