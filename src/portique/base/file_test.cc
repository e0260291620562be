#include <array>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "portique/base/file.h"

namespace portique::base {
namespace {

TEST(File, WritesAtomicallyAndReadsBack) {
  const auto folder = TempDir::create("portique-file");
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "note";
  ASSERT_TRUE(write_file_atomically(path, "one"));
  ASSERT_TRUE(write_file_atomically(path, "two"));
  EXPECT_EQ(read_file(path, 3), "two");
  EXPECT_EQ(read_file(path, 2).error().code(), Code::LimitExceeded);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder->path()))
    ++files;
  EXPECT_EQ(files, 1U) << "no temporary file stays behind";
}

TEST(File, WritesThroughALink) {
  const auto folder = TempDir::create("portique-file");
  const auto target = folder->path() / "target";
  const auto link = folder->path() / "link";
  ASSERT_TRUE(write_file_atomically(target, "one"));
  std::filesystem::create_symlink("target", link);
  ASSERT_TRUE(write_file_atomically(link, "two"));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(read_file(target, 10), "two");
  const auto dangling = folder->path() / "dangling";
  std::filesystem::create_symlink("nowhere", dangling);
  EXPECT_TRUE(write_file_atomically(dangling, "three"));
  EXPECT_EQ(read_file(dangling, 10), "three");
}

TEST(File, LeavesAPipeWhereItIs) {
  const auto folder = TempDir::create("portique-file");
  const auto pipe = folder->path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const Fd reader(::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(reader.valid());
  ASSERT_TRUE(write_file_atomically(pipe, "report"));
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  std::array<std::byte, 16> content{};
  const auto count = read_some(reader, content);
  ASSERT_TRUE(count);
  EXPECT_EQ(as_text(content).substr(0, *count), "report");
}

TEST(File, SaysWhatIsMissing) {
  const auto missing = open_file("/nonexistent/file");
  EXPECT_EQ(missing.error().code(), Code::NotFound);
  EXPECT_EQ(missing.error().text(), "cannot open /nonexistent/file: no such file or directory");
}

TEST(File, ReadsExactlyOrFails) {
  const auto folder = TempDir::create("portique-file");
  const auto path = folder->path() / "note";
  ASSERT_TRUE(write_file_atomically(path, "abcdef"));
  const auto file = open_file(path);
  std::array<std::byte, 3> three{};
  ASSERT_TRUE(read_exact_at(*file, 3, three));
  EXPECT_EQ(as_text(three), "def");
  EXPECT_EQ(read_exact_at(*file, 4, three).error().code(), Code::Truncated);
  EXPECT_EQ(file_size(*file), 6U);
}

TEST(TempDir, RemovesWhatItHolds) {
  std::filesystem::path path;
  {
    const auto folder = TempDir::create("portique-file");
    path = folder->path();
    ASSERT_TRUE(write_file_atomically(path / "note", "x"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

} // namespace
} // namespace portique::base
