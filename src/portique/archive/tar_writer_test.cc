#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/archive/archive_test_support.h"
#include "portique/archive/tar_reader.h"
#include "portique/archive/tar_writer.h"
#include "portique/base/file.h"
#include "portique/base/run_program.h"

namespace portique::archive {
namespace {

using ::testing::HasSubstr;

struct Member {
  TarEntry entry;
  std::string content;
};

const std::string kLong = std::string(150, 'd') + "/" + std::string(200, 'n');

std::vector<Member> sample() {
  return {
      {{.path = "etc", .type = EntryType::Directory, .mode = 0755}, ""},
      {{.path = "etc/passwd",
        .type = EntryType::File,
        .mode = 04755,
        .uid = 10,
        .gid = 3'000'000'000,
        .size = 5,
        .mtime = 1'600'000'000},
       "hello"},
      {{.path = "empty", .type = EntryType::File, .mode = 0600, .size = 0}, ""},
      {{.path = "block", .type = EntryType::File, .mode = 0600, .size = 512},
       std::string(512, 'b')},
      {{.path = kLong, .type = EntryType::File, .mode = 0644, .size = 3}, "abc"},
      {{.path = "link", .link_target = "/" + kLong, .type = EntryType::Symlink, .mode = 0777}, ""},
      {{.path = "hard", .link_target = "etc/passwd", .type = EntryType::HardLink, .mode = 0644},
       ""},
      {{.path = "pipe", .type = EntryType::Fifo, .mode = 0600}, ""},
  };
}

std::string write(const std::vector<Member>& members, std::uint64_t hole_size) {
  std::string bytes;
  TarWriter writer([&](base::Bytes piece) -> base::Result<void> {
    bytes += base::as_text(piece);
    return {};
  });
  for (const Member& member : members) {
    EXPECT_TRUE(writer.begin(member.entry));
    EXPECT_TRUE(writer.content(base::as_bytes(member.content)));
    EXPECT_TRUE(writer.end());
  }
  EXPECT_TRUE(writer.hole({.path = "hole", .mode = 0644, .size = hole_size}));
  EXPECT_TRUE(writer.finish());
  return bytes;
}

TEST(TarWriter, IsReadBackAsWritten) {
  const std::uint64_t hole = 100ULL << 30U;
  const std::string bytes = write(sample(), hole);
  const auto stream = memory_stream(base::as_bytes(bytes));
  const base::Limits limits;
  TarReader reader(*stream, limits);
  for (const Member& member : sample()) {
    const auto entry = reader.next();
    ASSERT_TRUE(entry) << entry.error().text();
    ASSERT_NE(*entry, nullptr);
    EXPECT_EQ((*entry)->path, member.entry.path);
    EXPECT_EQ((*entry)->type, member.entry.type);
    EXPECT_EQ((*entry)->link_target, member.entry.link_target);
    EXPECT_EQ((*entry)->mode, member.entry.mode);
    EXPECT_EQ((*entry)->uid, member.entry.uid);
    EXPECT_EQ((*entry)->gid, member.entry.gid);
    EXPECT_EQ((*entry)->size, member.entry.size);
    EXPECT_EQ((*entry)->mtime, member.entry.mtime);
    EXPECT_EQ(member_stream(reader)->read_all(10'000), member.content);
  }
  const auto last = reader.next();
  ASSERT_TRUE(last) << last.error().text();
  EXPECT_EQ((*last)->path, "hole");
  EXPECT_EQ((*last)->size, hole);
  EXPECT_EQ(reader.skip_content(hole), hole);
  EXPECT_EQ(*reader.next(), nullptr);
}

TEST(TarWriter, IsReadByGnuTar) {
  const auto folder = base::TempDir::create("portique-tar");
  const std::string file = (folder->path() / "a.tar").string();
  std::ofstream(file, std::ios::binary) << write(sample(), 1'000'000);
  const auto listed = base::run_program({"tar", "tvf", file, "--numeric-owner"});
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->exit_status, 0) << listed->err;
  EXPECT_EQ(listed->err, "");
  EXPECT_THAT(listed->out, HasSubstr("-rwsr-xr-x 10/3000000000"));
  EXPECT_THAT(listed->out, HasSubstr("link -> /" + kLong));
  const auto extracted = base::run_program({"tar", "xOf", file, kLong});
  EXPECT_EQ(extracted->out, "abc");
  const auto hole = base::run_program({"sh", "-c", R"(tar xOf "$0" hole | wc -c)", file});
  EXPECT_EQ(hole->out, "1000000\n");
}

TEST(TarWriter, AFileThatChangedWhileItWasReadKeepsItsAnnouncedSize) {
  for (const char* content : {"ab", "abcdefgh"}) {
    std::string bytes;
    TarWriter writer([&](base::Bytes piece) -> base::Result<void> {
      bytes += base::as_text(piece);
      return {};
    });
    ASSERT_TRUE(writer.begin({.path = "f", .size = 4}));
    ASSERT_TRUE(writer.content(base::as_bytes(content)));
    ASSERT_TRUE(writer.end());
    EXPECT_EQ(bytes.size(), 1024U);
    EXPECT_EQ(bytes.substr(512, 5),
              std::string_view(content) == "ab" ? std::string("ab\0\0\0", 5)
                                                : std::string("abcd\0", 5));
  }
}

TEST(TarWriter, ReturnsTheSinksError) {
  TarWriter writer([](base::Bytes) { return base::Result<void>(base::fail(base::Code::Io, "x")); });
  EXPECT_EQ(writer.begin({.path = "f"}).error().code(), base::Code::Io);
  EXPECT_EQ(writer.finish().error().code(), base::Code::Io);
}

} // namespace
} // namespace portique::archive
