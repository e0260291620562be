#include <array>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "portique/archive/archive_test_support.h"
#include "portique/archive/tar_reader.h"
#include "portique/archive/tar_test_builder.h"
#include "portique/base/file.h"

namespace portique::archive {
namespace {

using base::Code;
using base::Limits;
using base::Result;
using testing::ElementsAre;
using testing::HasSubstr;

struct Member {
  TarEntry entry;
  std::string content;
  std::optional<std::uint64_t> offset;
};

Result<std::vector<Member>>
members_of(std::string_view archive, std::size_t piece = 1000, const Limits& limits = {}) {
  PiecewiseStream stream(archive, piece);
  TarReader reader(stream, limits);
  std::vector<Member> members;
  while (const TarEntry* entry = PQ_TRY(reader.next())) {
    Member member{.entry = *entry, .content = {}, .offset = reader.content_offset()};
    member.content = PQ_TRY(member_stream(reader)->read_all(1ULL << 26U));
    members.push_back(std::move(member));
  }
  return members;
}

std::vector<std::string> paths_of(std::string_view archive) {
  const auto members = members_of(archive);
  EXPECT_TRUE(members) << members.error().text();
  std::vector<std::string> paths;
  if (members)
    for (const Member& member : *members)
      paths.push_back(member.entry.path);
  return paths;
}

base::Error error_of(std::string_view archive, const Limits& limits = {}) {
  const auto members = members_of(archive, 1000, limits);
  EXPECT_FALSE(members);
  return members ? base::Error(Code::NotFound, "no error") : members.error();
}

long peak_memory_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(TarReader, ReadsNamesTypesNumbersAndContent) {
  const std::string archive = tar_member("dir/", "", '5') + tar_member("dir/file", "content") +
                              TarBlockBuilder("dir/link", 0, '2').put(157, "file").seal() +
                              TarBlockBuilder("hard", 0, '1').put(157, "dir/file").seal() +
                              tar_member("fifo", "", '6') + tar_member("null", "", '3') +
                              tar_member("sda", "", '4') + tar_end();
  for (const std::size_t piece : {1UL, 511UL, 512UL, 513UL, 100'000UL}) {
    const auto members = members_of(archive, piece);
    ASSERT_TRUE(members) << members.error().text();
    ASSERT_EQ(members->size(), 7U);
    const auto& m = *members;
    EXPECT_EQ(m[0].entry.path, "dir/");
    EXPECT_EQ(m[0].entry.type, EntryType::Directory);
    EXPECT_EQ(m[1].entry.path, "dir/file");
    EXPECT_EQ(m[1].entry.type, EntryType::File);
    EXPECT_EQ(m[1].content, "content");
    EXPECT_EQ(m[1].entry.size, 7U);
    EXPECT_EQ(m[1].offset, 1024U);
    EXPECT_EQ(m[1].entry.mode, 0644U);
    EXPECT_EQ(m[1].entry.uid, 1000U);
    EXPECT_EQ(m[1].entry.gid, 1001U);
    EXPECT_EQ(m[1].entry.mtime, 014000000000);
    EXPECT_EQ(m[2].entry.type, EntryType::Symlink);
    EXPECT_EQ(m[2].entry.link_target, "file");
    EXPECT_EQ(m[3].entry.type, EntryType::HardLink);
    EXPECT_EQ(m[3].entry.link_target, "dir/file");
    EXPECT_EQ(m[4].entry.type, EntryType::Fifo);
    EXPECT_EQ(m[5].entry.type, EntryType::CharDevice);
    EXPECT_EQ(m[6].entry.type, EntryType::BlockDevice);
  }
}

TEST(TarReader, UnreadContentIsPassedOver) {
  const std::string archive =
      tar_member("a", std::string(5000, 'a')) + tar_member("b", "bb") + tar_end();
  PiecewiseStream stream(archive, 700);
  const Limits limits;
  TarReader reader(stream, limits);
  ASSERT_EQ((*reader.next())->path, "a");
  ASSERT_TRUE(reader.content()); // a part
  EXPECT_EQ(*reader.skip_content(10), 10U);
  ASSERT_EQ((*reader.next())->path, "b");
  EXPECT_EQ(*reader.skip_content(10), 2U);
  EXPECT_TRUE(reader.content()->empty());
  EXPECT_EQ(*reader.next(), nullptr);
  EXPECT_EQ(*reader.next(), nullptr);
}

TEST(TarReader, SeeksOverContentInAFile) {
  const auto folder = *base::TempDir::create("portique-archive-test");
  const std::string big(3'000'000, 'x');
  write_bytes(folder.path() / "a.tar",
              tar_member("big", big) + tar_member("small", "s") + tar_end());
  const auto file = *base::open_file(folder.path() / "a.tar");
  const auto stream = file_stream(file, 0, *base::file_size(file));
  const Limits limits;
  TarReader reader(*stream, limits);
  ASSERT_EQ((*reader.next())->path, "big");
  ASSERT_EQ((*reader.next())->path, "small");
  EXPECT_EQ(*member_stream(reader)->read_all(10), "s");
  EXPECT_EQ(*reader.next(), nullptr);
}

// --- names -------------------------------------------------------------------------------------

TEST(TarReader, JoinsPrefixAndName) {
  EXPECT_THAT(paths_of(TarBlockBuilder("name", 0, '0').put(345, "some/prefix").seal() + tar_end()),
              ElementsAre("some/prefix/name"));
}

TEST(TarReader, APrefixInSeventhEditionOrGnuHeadersIsNone) {
  const std::string v7 =
      TarBlockBuilder("v7", 0, '0').put(257, std::string(8, '\0')).put(345, "prefix").seal();
  const std::string gnu = TarBlockBuilder("gnu", 0, '0').gnu().put(345, "12345670123").seal();
  EXPECT_THAT(paths_of(v7 + gnu + tar_end()), ElementsAre("v7", "gnu"));
}

TEST(TarReader, APrefixThatSomeWritersPutInGnuHeadersCounts) {
  EXPECT_THAT(
      paths_of(TarBlockBuilder("name", 0, '0').gnu().put(345, "usr/lib").seal() + tar_end()),
      ElementsAre("usr/lib/name"));
}

TEST(TarReader, StarHasAShorterPrefix) {
  const std::string star = TarBlockBuilder("name", 0, '0')
                               .put(345, std::string(131, 'p') + "12345670123")
                               .put(508, std::string_view("tar\0", 4))
                               .seal();
  EXPECT_THAT(paths_of(star + tar_end()), ElementsAre(std::string(131, 'p') + "/name"));
}

TEST(TarReader, NamesMayFillTheirField) {
  EXPECT_THAT(paths_of(tar_member(std::string(100, 'n'), "") + tar_end()),
              ElementsAre(std::string(100, 'n')));
}

TEST(TarReader, NamesThatAreNoUtf8PassThrough) {
  EXPECT_THAT(paths_of(tar_member("caf\xe9\xff", "") + tar_end()), ElementsAre("caf\xe9\xff"));
}

TEST(TarReader, ATrailingSlashIsAFolderForOldTypesOnly) {
  const auto members = members_of(TarBlockBuilder("old/", 700, '\0').seal() +
                                  tar_member("new/", "text", '0') + tar_end());
  ASSERT_TRUE(members) << members.error().text();
  ASSERT_EQ(members->size(), 2U);
  EXPECT_EQ((*members)[0].entry.type, EntryType::Directory); // and has no content
  EXPECT_EQ((*members)[1].entry.type, EntryType::File);
  EXPECT_EQ((*members)[1].content, "text");
}

TEST(TarReader, GnuLongNamesAndLinks) {
  const std::string name = "long/" + std::string(300, 'n');
  const std::string target = "far/" + std::string(200, 't');
  const std::string archive = tar_member("././@LongLink", target + '\0', 'K') +
                              tar_member("././@LongLink", name + '\0', 'L') +
                              TarBlockBuilder("short", 0, '2').gnu().put(157, "short").seal() +
                              tar_member("next", "") + tar_end();
  const auto members = members_of(archive);
  ASSERT_TRUE(members) << members.error().text();
  ASSERT_EQ(members->size(), 2U);
  EXPECT_EQ((*members)[0].entry.path, name);
  EXPECT_EQ((*members)[0].entry.link_target, target);
  EXPECT_EQ((*members)[1].entry.path, "next");
  EXPECT_EQ((*members)[1].entry.link_target, "");
}

TEST(TarReader, PaxRecordsOverrideTheHeader) {
  const std::string records = pax_record("path", "pax/path") + pax_record("linkpath", "target") +
                              pax_record("mtime", "-1.5") + pax_record("uid", "4000000000") +
                              pax_record("gid", "7") + pax_record("size", "3") +
                              pax_record("comment", "any") + pax_record("SCHILY.xattr.a", "b");
  const std::string archive = tar_member("x", records, 'x') +
                              TarBlockBuilder("short", 0, '0').seal() + tar_padded("abc") +
                              tar_member("next", "") + tar_end();
  const auto members = members_of(archive);
  ASSERT_TRUE(members) << members.error().text();
  ASSERT_EQ(members->size(), 2U);
  const TarEntry& entry = (*members)[0].entry;
  EXPECT_EQ(entry.path, "pax/path");
  EXPECT_EQ(entry.link_target, "target");
  EXPECT_EQ(entry.mtime, -2);
  EXPECT_EQ(entry.uid, 4'000'000'000U);
  EXPECT_EQ(entry.gid, 7U);
  EXPECT_EQ((*members)[0].content, "abc");
  EXPECT_EQ((*members)[1].entry.path, "next");
}

TEST(TarReader, ALaterPaxHeaderReplacesAnEarlierOne) {
  const std::string archive = tar_member("x", pax_record("path", "first"), 'x') +
                              tar_member("x", pax_record("uid", "5"), 'x') +
                              tar_member("name", "") + tar_end();
  EXPECT_THAT(paths_of(archive), ElementsAre("name"));
}

TEST(TarReader, GlobalPaxHeadersDoNotHideFiles) {
  const std::string archive =
      tar_member("g", pax_record("path", "hidden") + pax_record("size", "100000"), 'g') +
      tar_member("var/lib/dpkg/status", "Package: a\n") + tar_end();
  const auto members = members_of(archive);
  ASSERT_TRUE(members) << members.error().text();
  ASSERT_EQ(members->size(), 1U);
  EXPECT_EQ((*members)[0].entry.path, "var/lib/dpkg/status");
  EXPECT_EQ((*members)[0].content, "Package: a\n");
}

TEST(TarReader, MembersThatAreNoFilesArePassedOver) {
  const std::string archive = tar_member("label", "", 'V') + tar_member("part", "rest", 'M') +
                              tar_member("dump/", std::string("Yname\0\0", 7), 'D') +
                              tar_member("file", "f") + tar_end();
  const auto members = members_of(archive);
  ASSERT_TRUE(members) << members.error().text();
  ASSERT_EQ(members->size(), 2U);
  EXPECT_EQ((*members)[0].entry.type, EntryType::Directory);
  EXPECT_EQ((*members)[0].entry.size, 0U);
  EXPECT_EQ((*members)[1].content, "f");
}

TEST(TarReader, UnknownTypesAreFiles) {
  const auto members =
      members_of(tar_member("contiguous", "7", '7') + tar_member("unknown", "U", 'U') + tar_end());
  ASSERT_TRUE(members) << members.error().text();
  ASSERT_EQ(members->size(), 2U);
  EXPECT_EQ((*members)[0].content, "7");
  EXPECT_EQ((*members)[1].content, "U");
}

TEST(TarReader, AHardLinkMayBringItsContentOrOnlyTellItsSize) {
  const std::string link = TarBlockBuilder("link", 600, '1').put(157, "file").seal();
  const std::string data(600, 'd');
  const auto with = members_of(link + tar_padded(data) + tar_member("next", "") + tar_end());
  ASSERT_TRUE(with) << with.error().text();
  ASSERT_EQ(with->size(), 2U);
  EXPECT_EQ((*with)[0].content, data);
  const auto without = members_of(link + tar_member("next", "") + tar_end());
  ASSERT_TRUE(without) << without.error().text();
  ASSERT_EQ(without->size(), 2U);
  EXPECT_EQ((*without)[0].content, "");
  EXPECT_EQ(members_of(link + tar_end())->size(), 1U);
}

TEST(TarReader, SizesOfFoldersAndLinksTellOfNoContent) {
  const std::string archive = TarBlockBuilder("dir", 4096, '5').seal() +
                              TarBlockBuilder("link", 9, '2').put(157, "x").seal() +
                              tar_member("next", "") + tar_end();
  EXPECT_THAT(paths_of(archive), ElementsAre("dir", "link", "next"));
}

// --- the end -----------------------------------------------------------------------------------

TEST(TarReader, WhatFollowsTheEndIsIgnored) {
  EXPECT_THAT(paths_of(tar_member("a", "") + tar_end() + tar_member("b", "") + "garbage"),
              ElementsAre("a"));
}

TEST(TarReader, TheEndMarkMayBeMissing) {
  EXPECT_THAT(paths_of(tar_member("a", "text")), ElementsAre("a"));
  EXPECT_THAT(paths_of(tar_member("a", "text") + std::string(512, '\0')), ElementsAre("a"));
  EXPECT_THAT(paths_of(TarBlockBuilder("a", 4, '0').seal() + "text"), ElementsAre("a"));
  EXPECT_THAT(paths_of(""), ElementsAre());
  EXPECT_THAT(paths_of(tar_end()), ElementsAre());
}

TEST(TarReader, ASingleZeroBlockBetweenMembersIsMalformed) {
  const auto error =
      error_of(tar_member("a", "") + std::string(512, '\0') + tar_member("b", "") + tar_end());
  EXPECT_EQ(error.code(), Code::Malformed);
  EXPECT_THAT(error.text(), HasSubstr("byte 512"));
}

TEST(TarReader, CutArchivesAreTruncated) {
  const std::string archive = tar_member("x", pax_record("path", "p"), 'x') +
                              tar_member("a", std::string(700, 'a')) + tar_member("b", "b");
  for (std::size_t size = 1; size < archive.size(); ++size) {
    // Between members and in a last member's padding an archive may end.
    const bool whole = size >= 1024 + 512 + 700 && size <= 1024 + 512 + 1024;
    const bool last = size > 1024 + 512 + 1024 + 512;
    const auto members = members_of(std::string_view(archive).substr(0, size));
    if (whole || last) {
      EXPECT_TRUE(members) << size;
    } else {
      ASSERT_FALSE(members) << size;
      EXPECT_EQ(members.error().code(), Code::Truncated) << size;
    }
  }
}

// --- what is refused ---------------------------------------------------------------------------

TEST(TarReader, AWrongChecksumNamesTheOffset) {
  std::string archive = tar_member("a", "text") + tar_member("b", "") + tar_end();
  archive[1024] = 'x';
  const auto error = error_of(archive);
  EXPECT_EQ(error.code(), Code::Malformed);
  EXPECT_THAT(error.text(), HasSubstr("tar header at byte 1024"));
  EXPECT_THAT(error.text(), HasSubstr("checksum"));
}

TEST(TarReader, SumsOfSignedBytesAreAccepted) {
  std::string block = TarBlockBuilder("caf\xe9", 0, '0').seal();
  unsigned int sum = 0;
  for (std::size_t i = 0; i < 512; ++i)
    sum +=
        static_cast<unsigned int>(i < 148 || i >= 156 ? static_cast<signed char>(block[i]) : ' ');
  block.replace(148, 8, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  EXPECT_THAT(paths_of(block + tar_end()), ElementsAre("caf\xe9"));
}

TEST(TarReader, NumbersInBase256) {
  const std::string size("\x80\0\0\0\0\0\0\0\0\0\0\x05", 12);
  const std::string mtime(12, '\xff'); // -1
  const auto members =
      members_of(TarBlockBuilder("a", 0, '0').gnu().put(124, size).put(136, mtime).seal() +
                 tar_padded("12345") + tar_end());
  ASSERT_TRUE(members) << members.error().text();
  EXPECT_EQ((*members)[0].content, "12345");
  EXPECT_EQ((*members)[0].entry.mtime, -1);
}

TEST(TarReader, SenselessSizesAreMalformed) {
  const std::array<std::string, 5> sizes{
      std::string(12, '\xff'),                         // -1
      std::string("\x80\0\0\0\x80\0\0\0\0\0\0\0", 12), // 2^63
      std::string("\x81\0\0\0\0\0\0\0\0\0\0\0", 12),   // far more
      std::string("0000000008\0\0", 12),               // not octal
      std::string("-0000000001\0", 12),
  };
  for (const std::string& size : sizes) {
    const auto error = error_of(TarBlockBuilder("a", 0, '0').put(124, size).seal() + tar_end());
    EXPECT_EQ(error.code(), Code::Malformed) << error.text();
    EXPECT_THAT(error.text(), HasSubstr("size"));
  }
}

TEST(TarReader, SizesNear2To63AreTruncated) {
  const std::string size("\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 12);
  EXPECT_EQ(error_of(TarBlockBuilder("a", 0, '0').put(124, size).seal() + tar_end()).code(),
            Code::Truncated);
  PiecewiseStream stream(TarBlockBuilder("a", 0, '0').put(124, size).seal(), 100);
  const std::string pax = tar_member("x", pax_record("size", "9223372036854775807"), 'x') +
                          tar_member("a", "") + tar_end();
  EXPECT_EQ(error_of(pax).code(), Code::Truncated);
}

TEST(TarReader, BrokenPaxRecordsAreMalformed) {
  const std::array<std::string, 14> broken{
      "path=x\n",                      // no length
      "99 path=x\n",                   // beyond the header
      "8 path=x\n",                    // one byte short
      "3 x",                           // no newline
      "5 ab\n",                        // no equals sign
      "5 =b\n",                        // no key
      " 9 path=x\n",                   // blank first
      "+10 path=x\n",                  // sign
      "00000000000000000010 path=x\n", // more digits than a length has
      pax_record("size", "-1"),
      pax_record("size", "9223372036854775808"),
      pax_record("size", "1 "),
      pax_record("mtime", "now"),
      pax_record("path", std::string("a\0b", 3)),
  };
  for (const std::string& records : broken) {
    const auto error = error_of(tar_member("x", records, 'x') + tar_member("a", "") + tar_end());
    EXPECT_EQ(error.code(), Code::Malformed) << records;
    EXPECT_THAT(error.text(), HasSubstr("tar header at byte 0"));
  }
}

TEST(TarReader, EmptyPaxValuesTakeARecordBack) {
  const std::string records = pax_record("path", "p") + pax_record("path", "") +
                              pax_record("size", "") + pax_record("mtime", "");
  EXPECT_THAT(paths_of(tar_member("x", records, 'x') + tar_member("name", "t") + tar_end()),
              ElementsAre("name"));
}

TEST(TarReader, LimitsHold) {
  Limits limits;
  limits.layer_entries = 3;
  const std::string member = tar_member("a", "");
  EXPECT_TRUE(members_of(member + member + member + tar_end(), 1000, limits));
  EXPECT_EQ(error_of(member + member + member + member, limits).code(), Code::LimitExceeded);
  const std::string pax = tar_member("x", pax_record("uid", "1"), 'x'); // headers count, too
  EXPECT_EQ(error_of(pax + pax + pax + pax, limits).code(), Code::LimitExceeded);

  limits = {};
  limits.path_bytes = 10;
  EXPECT_TRUE(members_of(tar_member("1234567890", ""), 1000, limits));
  EXPECT_EQ(error_of(tar_member("12345678901", ""), limits).code(), Code::LimitExceeded);
  EXPECT_EQ(error_of(TarBlockBuilder("a", 0, '2').put(157, "12345678901").seal(), limits).code(),
            Code::LimitExceeded);

  limits = {};
  limits.tar_header_bytes = 1000;
  EXPECT_TRUE(members_of(tar_member("L", std::string(1000, 'n'), 'L') + member, 1000, limits));
  EXPECT_EQ(error_of(tar_member("L", std::string(1001, 'n'), 'L') + member, limits).code(),
            Code::LimitExceeded);
  const std::string huge("\x80\0\0\0\x7f\0\0\0\0\0\0\0", 12);
  EXPECT_EQ(error_of(TarBlockBuilder("x", 0, 'x').put(124, huge).seal()).code(),
            Code::LimitExceeded);
}

TEST(TarReader, TenMillionEntriesAreRefusedInBoundedMemory) {
  std::string members;
  for (int i = 0; i < 1000; ++i)
    members += tar_member("folder/file-with-some-name-" + std::to_string(i), "");
  RepeatingStream stream(members, 10'000);
  const Limits limits;
  TarReader reader(stream, limits);
  const long before = peak_memory_kib();
  std::uint64_t entries = 0;
  auto entry = reader.next();
  for (; entry && *entry != nullptr; entry = reader.next())
    ++entries;
  ASSERT_FALSE(entry);
  EXPECT_EQ(entry.error().code(), Code::LimitExceeded);
  EXPECT_EQ(entries, limits.layer_entries);
  EXPECT_LT(peak_memory_kib() - before, 4096);
}

TEST(TarReader, AnExtendedHeaderNeedsAMember) {
  EXPECT_EQ(error_of(tar_member("x", pax_record("path", "p"), 'x')).code(), Code::Truncated);
}

// Sparse files made by hand; those of real archivers are in tar_oracle_test.cc.

std::string sparse_1_0(std::string_view map, std::string_view data, std::string_view size) {
  const std::string records =
      pax_record("GNU.sparse.major", "1") + pax_record("GNU.sparse.minor", "0") +
      pax_record("GNU.sparse.name", "sparse") + pax_record("GNU.sparse.realsize", size);
  return tar_member("x", records, 'x') +
         tar_member("GNUSparseFile.0/sparse", tar_padded(map) + std::string(data)) + tar_end();
}

TEST(TarReader, SparseContentHasItsHoles) {
  const auto members = members_of(sparse_1_0("3\n2\n3\n5\n0\n8\n1\n", "abcd", "10"), 3);
  ASSERT_TRUE(members) << members.error().text();
  ASSERT_EQ(members->size(), 1U);
  EXPECT_EQ((*members)[0].entry.path, "sparse");
  EXPECT_EQ((*members)[0].entry.size, 10U);
  EXPECT_EQ((*members)[0].content, std::string("\0\0abc\0\0\0d\0", 10));
  EXPECT_EQ((*members)[0].offset, std::nullopt);
}

TEST(TarReader, AFileOfHolesOnly) {
  const auto members = members_of(sparse_1_0("0\n", "", "100000"));
  ASSERT_TRUE(members) << members.error().text();
  EXPECT_EQ((*members)[0].content, std::string(100'000, '\0'));
}

TEST(TarReader, SkipsInsideSparseContent) {
  const std::string archive = sparse_1_0("2\n1000\n4\n100000\n4\n", "abcdefgh", "200000");
  PiecewiseStream stream(archive, 600);
  const Limits limits;
  TarReader reader(stream, limits);
  ASSERT_TRUE(*reader.next());
  const auto content = member_stream(reader);
  ASSERT_TRUE(content->skip(1002));
  EXPECT_EQ(base::as_text(*content->next(2)), "cd");
  ASSERT_TRUE(content->skip(100'003 - 1004));
  EXPECT_EQ(base::as_text(*content->next(1)), "h");
  EXPECT_EQ(content->read_all(200'000)->size(), 200'000U - 100'004U);
}

TEST(TarReader, BrokenSparseMapsAreMalformed) {
  const std::array<std::string, 9> broken{
      sparse_1_0("1\n0\n4\n", "abc", "10"),       // more than is stored
      sparse_1_0("1\n0\n2\n", "abc", "10"),       // less
      sparse_1_0("1\n8\n3\n", "abc", "10"),       // beyond the size
      sparse_1_0("2\n4\n2\n3\n1\n", "abc", "10"), // out of order
      sparse_1_0("1\n0\nx\n", "abc", "10"),       // no number
      sparse_1_0("1\n\n3\n", "abc", "10"),        // empty number
      sparse_1_0("99999\n0\n3\n", "abc", "10"),   // more regions than are there
      sparse_1_0("1\n0\n1000000000000000000000\n", "abc", "10"),
      tar_member("x",
                 pax_record("GNU.sparse.map", "0,3") + pax_record("GNU.sparse.numblocks", "2") +
                     pax_record("GNU.sparse.size", "10"),
                 'x') +
          tar_member("a", "abc"),
  };
  for (const std::string& archive : broken)
    EXPECT_EQ(error_of(archive).code(), Code::Malformed);
}

TEST(TarReader, OldGnuSparseNeedsAGnuHeader) {
  EXPECT_EQ(error_of(tar_member("a", "", 'S') + tar_end()).code(), Code::Malformed);
}

TEST(TarReader, EndlessSparseExtensionsAreLimited) {
  std::string archive = TarBlockBuilder("a", 0, 'S').gnu().put(482, "\1").seal();
  std::string extension(512, '\0');
  extension[504] = 1;
  for (int i = 0; i < 3000; ++i)
    archive += extension;
  EXPECT_EQ(error_of(archive).code(), Code::LimitExceeded);
}

} // namespace
} // namespace portique::archive
