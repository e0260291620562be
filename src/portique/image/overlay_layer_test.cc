#include <fstream>
#include <map>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "portique/archive/tar_reader.h"
#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/image/overlay_layer.h"

namespace portique::image {
namespace {

namespace fs = std::filesystem;
using archive::EntryType;
using base::Code;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

const base::Limits kLimits;

bool all(std::string_view, std::uint32_t, std::uint64_t) {
  return true;
}

/// Members in their order, as "type path" with content or link target.
using Members = std::vector<std::pair<std::string, std::string>>;

class OverlayLayerTest : public ::testing::Test {
protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "devices and trusted attributes need root";
  }

  [[nodiscard]] fs::path upper() const { return folder_.path(); }

  void write(const fs::path& relative, std::string_view content) const {
    fs::create_directories((upper() / relative).parent_path());
    std::ofstream(upper() / relative, std::ios::binary) << content;
  }

  void whiteout(const fs::path& relative) const {
    fs::create_directories((upper() / relative).parent_path());
    ASSERT_EQ(::mknod((upper() / relative).c_str(), S_IFCHR, 0), 0);
  }

  void attribute(const fs::path& relative, const char* name, std::string_view value) const {
    ASSERT_EQ(::setxattr((upper() / relative).c_str(), name, value.data(), value.size(), 0), 0);
  }

  Members layer(const WantsContent& wants = all, const base::Limits& limits = kLimits) {
    std::string bytes;
    auto issues = write_overlay_layer(
        upper(),
        [&](base::Bytes piece) -> base::Result<void> {
          bytes += base::as_text(piece);
          return {};
        },
        wants,
        limits);
    EXPECT_TRUE(issues) << issues.error().text();
    if (issues) issues_ = *std::move(issues);
    return members_of(bytes);
  }

  static Members members_of(std::string_view bytes) {
    const auto stream = archive::memory_stream(base::as_bytes(bytes));
    archive::TarReader reader(*stream, kLimits);
    Members members;
    while (true) {
      const auto entry = reader.next();
      EXPECT_TRUE(entry) << entry.error().text();
      if (!entry || *entry == nullptr) return members;
      const std::string kind(1, "fhldcbp"[static_cast<std::size_t>((*entry)->type)]);
      std::string said = (*entry)->link_target;
      std::string path = kind + " " + (*entry)->path;
      if ((*entry)->type == EntryType::File)
        said = *archive::member_stream(reader)->read_all(1U << 20U);
      members.emplace_back(std::move(path), std::move(said));
    }
  }

  base::TempDir folder_ = *base::TempDir::create("portique-overlay");
  std::vector<model::Issue> issues_;
};

TEST_F(OverlayLayerTest, BecomesALayer) {
  write("etc/b", "two");
  write("etc/a", "one");
  write("usr/bin/tool", "");
  fs::create_symlink("/bin/busybox", upper() / "usr/sh");
  whiteout("etc/motd");
  ASSERT_EQ(::mkfifo((upper() / "usr/pipe").c_str(), 0600), 0);
  ASSERT_EQ(::mknod((upper() / "usr/null").c_str(), S_IFCHR | 0666, ::makedev(1, 3)), 0);
  write("opt/new/x", "x");
  attribute("opt/new", "trusted.overlay.opaque", "y");
  EXPECT_THAT(layer(),
              ElementsAre(Pair("d etc", ""),
                          Pair("d opt", ""),
                          Pair("d usr", ""),
                          Pair("f etc/a", "one"),
                          Pair("f etc/b", "two"),
                          Pair("f etc/.wh.motd", ""),
                          Pair("d opt/new", ""),
                          Pair("f opt/new/.wh..wh..opq", ""),
                          Pair("f opt/new/x", "x"),
                          Pair("d usr/bin", ""),
                          Pair("c usr/null", ""),
                          Pair("p usr/pipe", ""),
                          Pair("l usr/sh", "/bin/busybox"),
                          Pair("f usr/bin/tool", "")));
  EXPECT_THAT(issues_, IsEmpty());
}

TEST_F(OverlayLayerTest, WritesOnlyTheSizeOfWhatNobodyReads) {
  write("data", std::string(100'000, 'x'));
  write("lib/apk/db/installed", "P:x\n");
  const auto wants = [](std::string_view path, std::uint32_t, std::uint64_t) {
    return path.ends_with("installed");
  };
  const Members members = layer(wants);
  EXPECT_THAT(members,
              ElementsAre(Pair("f data", std::string(100'000, '\0')),
                          Pair("d lib", ""),
                          Pair("d lib/apk", ""),
                          Pair("d lib/apk/db", ""),
                          Pair("f lib/apk/db/installed", "P:x\n")));
}

TEST_F(OverlayLayerTest, UnderstandsTheOtherFormsOfWhiteouts) {
  write("gone", "");
  attribute("gone", "trusted.overlay.whiteout", "");
  write("mode only", std::string(10, '\0'));
  attribute("mode only", "trusted.overlay.metacopy", "");
  EXPECT_THAT(layer(), ElementsAre(Pair("f .wh.gone", "")));
  EXPECT_THAT(issues_, IsEmpty());
}

TEST_F(OverlayLayerTest, SaysWhatItCannotTell) {
  write("moved/x", "x");
  attribute("moved", "trusted.overlay.redirect", "/old");
  write("db/.wh.installed", "a program gave this name");
  EXPECT_THAT(layer(), ElementsAre(Pair("d db", ""), Pair("d moved", ""), Pair("f moved/x", "x")));
  ASSERT_THAT(issues_, SizeIs(2));
  EXPECT_EQ(issues_[0].path, "db/.wh.installed");
  EXPECT_EQ(issues_[1].path, "moved");
}

TEST_F(OverlayLayerTest, FollowsNothingOutOfTheFolder) {
  write("real/x", "x");
  fs::create_directory_symlink("/etc", upper() / "etc");
  fs::create_symlink("/etc/passwd", upper() / "passwd");
  EXPECT_THAT(layer(),
              ElementsAre(Pair("l etc", "/etc"),
                          Pair("l passwd", "/etc/passwd"),
                          Pair("d real", ""),
                          Pair("f real/x", "x")));
}

TEST_F(OverlayLayerTest, IsBounded) {
  for (int i = 0; i < 10; ++i)
    write("f" + std::to_string(i), "x");
  base::Limits few;
  few.layer_entries = 5;
  const auto written =
      write_overlay_layer(upper(), [](base::Bytes) { return base::Result<void>(); }, all, few);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), Code::LimitExceeded);
  EXPECT_EQ(write_overlay_layer(
                upper() / "absent", [](base::Bytes) { return base::Result<void>(); }, all, kLimits)
                .error()
                .code(),
            Code::NotFound);
}

TEST_F(OverlayLayerTest, GoesDeep) {
  // Deeper than a path can be said in one system call.
  base::Fd at(::open(upper().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::string name(100, 'd');
  for (int depth = 0; depth < 60; ++depth) {
    ASSERT_EQ(::mkdirat(at.get(), name.c_str(), 0755), 0);
    at = base::Fd(::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  EXPECT_THAT(layer(), SizeIs(40)) << "paths of up to 4096 bytes";
  ASSERT_THAT(issues_, SizeIs(1));
  EXPECT_EQ(issues_[0].code, Code::LimitExceeded);
}

/// What the kernel itself leaves in an upper folder.
TEST_F(OverlayLayerTest, FitsWhatTheKernelWrites) {
  const auto place = base::TempDir::create("portique-overlay-mount");
  const auto script = R"(set -e; cd "$0"; mkdir lower upper work merged
    mkdir -p lower/etc/apk lower/bin; echo a >lower/etc/motd; echo b >lower/etc/apk/keys
    echo c >lower/bin/tool; chmod 644 lower/bin/tool; echo d >lower/etc/keep
    mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged
    rm merged/etc/motd; rm -r merged/etc/apk; mkdir merged/etc/apk; echo e >merged/etc/apk/world
    echo f >>merged/bin/tool; echo g >merged/new; ln -s new merged/link; umount merged)";
  const auto ran = base::run_program({"unshare", "-m", "sh", "-c", script, place->path().string()});
  ASSERT_TRUE(ran);
  if (ran->exit_status != 0) GTEST_SKIP() << "no overlayfs here: " << ran->err;
  std::string bytes;
  const auto issues = write_overlay_layer(
      place->path() / "upper",
      [&](base::Bytes piece) -> base::Result<void> {
        bytes += base::as_text(piece);
        return {};
      },
      all,
      kLimits);
  ASSERT_TRUE(issues) << issues.error().text();
  EXPECT_THAT(*issues, IsEmpty());
  EXPECT_THAT(members_of(bytes),
              ElementsAre(Pair("d bin", ""),
                          Pair("d etc", ""),
                          Pair("l link", "new"),
                          Pair("f new", "g\n"),
                          Pair("f bin/tool", "c\nf\n"),
                          Pair("d etc/apk", ""),
                          Pair("f etc/.wh.motd", ""),
                          Pair("f etc/apk/.wh..wh..opq", ""),
                          Pair("f etc/apk/world", "e\n")));
}

} // namespace
} // namespace portique::image
