#include <gtest/gtest.h>

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
