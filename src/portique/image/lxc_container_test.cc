#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/image/lxc_container.h"

namespace portique::image {
namespace {

namespace fs = std::filesystem;
using base::Code;
using ::testing::HasSubstr;

const base::Limits kLimits;

TEST(LxcSetting, IsTheLastLineOfItsKey) {
  const std::string_view config = "# lxc.rootfs.path = /comment\n"
                                  "lxc.rootfs.path_more = /other\n"
                                  "  lxc.rootfs.path=dir:/first\r\n"
                                  "lxc.rootfs.path = dir:/a b\n"
                                  "lxc.uts.name = web";
  EXPECT_EQ(lxc_setting(config, "lxc.rootfs.path"), "dir:/a b");
  EXPECT_EQ(lxc_setting(config, "lxc.uts.name"), "web");
  EXPECT_EQ(lxc_setting(config, "lxc.rootfs"), "");
}

TEST(LxcRootfs, ReadsWhatFoldersAreCalled) {
  struct Case {
    const char* path;
    const char* rootfs;
    const char* upper;
  };

  for (const Case& row : {Case{"/var/lib/lxc/a/rootfs", "/var/lib/lxc/a/rootfs", ""},
                          Case{"dir:/r", "/r", ""},
                          Case{"btrfs:/r", "/r", ""},
                          Case{"overlay:/l:/u", "/l", "/u"},
                          Case{"overlayfs:/l:/u", "/l", "/u"}}) {
    const auto container = parse_lxc_rootfs(row.path);
    ASSERT_TRUE(container) << row.path << ": " << container.error().text();
    EXPECT_EQ(container->rootfs, row.rootfs) << row.path;
    EXPECT_EQ(container->upper, row.upper) << row.path;
  }
  for (const auto& [path, code] : {std::pair{"zfs:pool/a", Code::Unsupported},
                                   std::pair{"lvm:/dev/vg/a", Code::Unsupported},
                                   std::pair{"overlay:/a:/b:/c", Code::Unsupported},
                                   std::pair{"overlay:/a", Code::Malformed},
                                   std::pair{"dir:relative", Code::Malformed},
                                   std::pair{"overlay:/a:b", Code::Malformed},
                                   std::pair{"", Code::Unsupported}}) {
    const auto container = parse_lxc_rootfs(path);
    ASSERT_FALSE(container) << path;
    EXPECT_EQ(container.error().code(), code) << path;
  }
}

class LxcContainerTest : public ::testing::Test {
protected:
  void write(const fs::path& relative, std::string_view content) const {
    fs::create_directories((folder_.path() / relative).parent_path());
    std::ofstream(folder_.path() / relative) << content;
  }

  [[nodiscard]] base::Result<LxcContainer> find(std::string_view name) const {
    return find_lxc_container(name, folder_.path(), kLimits);
  }

  base::TempDir folder_ = *base::TempDir::create("portique-lxc");
};

TEST_F(LxcContainerTest, IsFoundByNameAndByFolder) {
  const fs::path rootfs = folder_.path() / "web/rootfs";
  fs::create_directories(rootfs);
  write("web/config", "lxc.rootfs.path = dir:" + rootfs.string() + "\n");
  write("old/config", "lxc.rootfs = " + rootfs.string() + "\n");
  for (const std::string& name :
       {std::string("web"), std::string("old"), (folder_.path() / "web").string() + "/"}) {
    const auto container = find(name);
    ASSERT_TRUE(container) << name << ": " << container.error().text();
    EXPECT_EQ(container->rootfs, rootfs);
    EXPECT_EQ(container->name, name == "old" ? "old" : "web");
  }
}

TEST_F(LxcContainerTest, SaysWhatIsWrong) {
  write("none/config", "lxc.uts.name = none\n");
  write("gone/config", "lxc.rootfs.path = dir:/nonexistent/rootfs\n");
  write("zfs/config", "lxc.rootfs.path = zfs:pool/zfs\n");
  for (const auto& [name, code, sentence] :
       {std::tuple{"absent", Code::NotFound, "there is no LXC container 'absent' in"},
        std::tuple{"../web", Code::InvalidArgument, "is no name of an LXC container"},
        std::tuple{"..", Code::InvalidArgument, "is no name of an LXC container"},
        std::tuple{"-P", Code::InvalidArgument, "is no name of an LXC container"},
        std::tuple{"none", Code::Malformed, "has no lxc.rootfs.path"},
        std::tuple{"gone", Code::NotFound, "where there is no folder"},
        std::tuple{"zfs", Code::Unsupported, "its storage is 'zfs'"}}) {
    const auto container = find(name);
    ASSERT_FALSE(container) << name;
    EXPECT_EQ(container.error().code(), code) << name << ": " << container.error().text();
    EXPECT_THAT(container.error().text(), HasSubstr(sentence));
  }
}

/// Containers that LXC's own programs make.
TEST_F(LxcContainerTest, FitsWhatLxcWrites) {
  if (::geteuid() != 0) GTEST_SKIP() << "LXC needs root";
  const auto made = base::run_program(
      {"lxc-create", "-P", folder_.path().string(), "-n", "first", "-t", "busybox"});
  if (!made || made->exit_status != 0)
    GTEST_SKIP() << "LXC makes no container here: " << (made ? made->err : made.error().text());
  const auto first = find("first");
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_TRUE(fs::exists(first->rootfs / "bin"));
  EXPECT_EQ(first->upper, "");
  const auto copied = base::run_program({"lxc-copy",
                                         "-P",
                                         folder_.path().string(),
                                         "-n",
                                         "first",
                                         "-N",
                                         "second",
                                         "-B",
                                         "overlay",
                                         "-s"});
  ASSERT_EQ(copied->exit_status, 0) << copied->err;
  const auto second = find("second");
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_EQ(second->rootfs, first->rootfs);
  EXPECT_TRUE(fs::is_directory(second->upper)) << second->upper;
}

} // namespace
} // namespace portique::image
