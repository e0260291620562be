#include <string>

#include <gtest/gtest.h>

#include "portique/archive/byte_source.h"
#include "portique/base/file.h"

namespace portique::archive {
namespace {

std::string text_of(const ByteSource& source, std::uint64_t offset, std::uint64_t size) {
  std::string buffer;
  const auto bytes = source.view(offset, size, buffer);
  return bytes ? std::string(base::as_text(*bytes)) : "error";
}

TEST(ByteSource, ReadsFilesAndMemoryAlike) {
  const auto folder = base::TempDir::create("byte-source").value();
  ASSERT_TRUE(base::write_file_atomically(folder.path() / "x", "..0123456789.."));
  const base::Fd file = base::open_file(folder.path() / "x").value();
  for (const ByteSource& source :
       {ByteSource(file, 2, 10), ByteSource(base::as_bytes("0123456789"))}) {
    EXPECT_EQ(source.size(), 10U);
    EXPECT_EQ(text_of(source, 0, 10), "0123456789");
    EXPECT_EQ(text_of(source, 3, 2), "34");
    EXPECT_EQ(text_of(source, 10, 0), "");
    EXPECT_EQ(text_of(source, 9, 2), "error");
    EXPECT_EQ(text_of(source, 11, 0), "error");
    EXPECT_EQ(text_of(source, 1, UINT64_MAX), "error");
    std::string into = "ab";
    ASSERT_TRUE(source.read_at(8, std::as_writable_bytes(std::span(into))));
    EXPECT_EQ(into, "89");
    EXPECT_EQ(source.read_at(9, std::as_writable_bytes(std::span(into))).error().code(),
              base::Code::Truncated);

    const auto part = source.range(2, 5);
    ASSERT_TRUE(part);
    EXPECT_EQ(text_of(*part, 1, 3), "345");
    EXPECT_EQ(text_of(*part, 4, 2), "error");
    EXPECT_FALSE(source.range(6, 5));
  }
}

TEST(ByteSource, AFileMayEndBeforeItsRange) {
  const auto folder = base::TempDir::create("byte-source").value();
  ASSERT_TRUE(base::write_file_atomically(folder.path() / "x", "short"));
  const base::Fd file = base::open_file(folder.path() / "x").value();
  EXPECT_EQ(text_of(ByteSource(file, 0, 100), 0, 100), "error");
}

} // namespace
} // namespace portique::archive
