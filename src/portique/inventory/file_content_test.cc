#include <array>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/file_content.h"

namespace portique::inventory {
namespace {

constexpr std::string_view kText = "0123456789";

std::string_view read(const FileContent& file, std::uint64_t offset, std::span<char> into) {
  const auto done = file.read_at(offset, std::as_writable_bytes(into));
  if (!done) return base::code_name(done.error().code());
  return {into.data(), into.size()};
}

TEST(FileContent, ReadsRangesOfMemory) {
  const FileContent file("a/b", base::as_bytes(kText));
  std::array<char, 4> four{};
  EXPECT_EQ(file.path(), "a/b");
  EXPECT_EQ(file.size(), 10U);
  EXPECT_EQ(read(file, 0, four), "0123");
  EXPECT_EQ(read(file, 6, four), "6789");
  EXPECT_EQ(read(file, 7, four), "truncated");
  EXPECT_EQ(read(file, 11, std::span(four).first(0)), "truncated");
  EXPECT_EQ(read(file, 10, std::span(four).first(0)), "");
  EXPECT_EQ(read(file, ~std::uint64_t{0}, four), "truncated");
  std::string buffer;
  EXPECT_EQ(file.text(buffer), kText);
  EXPECT_TRUE(buffer.empty()) << "memory is not copied";
}

TEST(FileContent, ReadsARangeOfAnOpenFile) {
  const auto folder = base::TempDir::create("file-content").value();
  const auto path = folder.path() / "spool";
  ASSERT_TRUE(base::write_file_atomically(path, "xx0123456789yy"));
  const base::Fd fd = base::open_file(path).value();
  const FileContent file("db", fd, 2, 10);
  std::array<char, 4> four{};
  EXPECT_EQ(read(file, 0, four), "0123");
  EXPECT_EQ(read(file, 6, four), "6789");
  EXPECT_EQ(read(file, 7, four), "truncated") << "not the bytes behind the range";
  std::string buffer;
  EXPECT_EQ(file.text(buffer), kText);
  const FileContent longer("db", fd, 2, 100);
  EXPECT_EQ(longer.text(buffer).error().code(), base::Code::Truncated);
}

} // namespace
} // namespace portique::inventory
