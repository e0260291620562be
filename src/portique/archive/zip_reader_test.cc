#include <array>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/archive/archive_test_support.h"
#include "portique/archive/zip_reader.h"
#include "portique/base/file.h"

namespace portique::archive {
namespace {

using base::as_bytes;
using base::Code;
using base::Limits;
using base::Result;
using testing::ElementsAre;
using testing::HasSubstr;

Result<std::string> read_entry(std::string_view archive, std::size_t index, std::uint64_t limit) {
  const ZipReader reader = PQ_TRY(ZipReader::open(as_bytes(archive), {}));
  std::string content;
  PQ_TRY(reader.read(reader.entries().at(index), limit, content));
  return content;
}

std::string le(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i)
    text += static_cast<char>(value >> (8 * i));
  return text;
}

/// A stored entry as its two headers tell of it.
struct HandMade {
  std::string name = "a";
  std::string data = "hello";
  std::uint32_t crc = 0x3610a686; // of "hello"
  std::uint64_t size = 5;
  std::uint64_t compressed_size = 5;
  std::uint16_t method = 0;
  std::uint16_t flags = 0;
  std::string local_name = "a";
  std::string extra; ///< of the directory's record
  std::optional<std::uint64_t> offset;
};

std::string directory_record(const HandMade& e, std::uint64_t offset) {
  return "PK\x01\x02" + le(20, 2) + le(20, 2) + le(e.flags, 2) + le(e.method, 2) + le(0, 4) +
         le(e.crc, 4) + le(e.compressed_size, 4) + le(e.size, 4) + le(e.name.size(), 2) +
         le(e.extra.size(), 2) + le(0, 2) + le(0, 8) + le(e.offset.value_or(offset), 4) + e.name +
         e.extra;
}

std::string end_record(std::uint64_t entries, std::uint64_t size, std::uint64_t offset) {
  return "PK\x05\x06" + le(0, 4) + le(entries, 2) + le(entries, 2) + le(size, 4) + le(offset, 4) +
         le(0, 2);
}

std::string zip_of(const std::vector<HandMade>& entries) {
  std::string archive;
  std::string directory;
  for (const HandMade& e : entries) {
    directory += directory_record(e, archive.size());
    archive += "PK\x03\x04" + le(20, 2) + le(e.flags, 2) + le(e.method, 2) + le(0, 4) +
               le(e.crc, 4) + le(e.compressed_size, 4) + le(e.size, 4) +
               le(e.local_name.size(), 2) + le(0, 2) + e.local_name + e.data;
  }
  return archive + directory + end_record(entries.size(), directory.size(), archive.size());
}

Code code_of(const std::string& archive) {
  const auto content = read_entry(archive, 0, 1000);
  EXPECT_FALSE(content);
  return content ? Code::NotFound : content.error().code();
}

TEST(ZipReader, ReadsStoredEntriesInPlace) {
  const auto folder = base::TempDir::create("portique-archive-test").value();
  HandMade deflated{.name = "b", .method = 8, .local_name = "b"};
  const std::string archive = "prefix" + zip_of({{}, deflated});
  write_bytes(folder.path() / "a.zip", archive);
  const base::Fd file = base::open_file(folder.path() / "a.zip").value();
  for (const ByteSource& source :
       {ByteSource(as_bytes(archive)), ByteSource(file, 0, archive.size())}) {
    const auto reader = ZipReader::open(source, {2, 1000, 10});
    ASSERT_TRUE(reader) << reader.error().text();
    const auto range = reader->stored_range(reader->entries()[0]);
    ASSERT_TRUE(range) << range.error().text();
    std::string buffer;
    EXPECT_EQ(base::as_text(range->view(0, 5, buffer).value()), "hello");
    EXPECT_EQ(reader->stored_range(reader->entries()[1]).error().code(), Code::Unsupported);
    std::string content;
    EXPECT_TRUE(reader->read(reader->entries()[0], 5, content));
    EXPECT_EQ(content, "hello");
  }
}

TEST(ZipReader, KeepsWithinTheLimitsThatItIsGiven) {
  const std::string archive = zip_of({{}, {.name = "b", .local_name = "b"}});
  const ByteSource source(as_bytes(archive));
  EXPECT_TRUE(ZipReader::open(source, {2, 94, 10}));
  for (const ZipLimits& limits : {ZipLimits{1, 94, 10}, {2, 93, 10}, {2, 94, 9}})
    EXPECT_EQ(ZipReader::open(source, limits).error().code(), Code::LimitExceeded);
}

/// With python's zipfile as the oracle.
class PythonZip : public testing::Test {
protected:
  void SetUp() override { PQ_TOOL_OR_SKIP("python3"); }

  std::string made_by(const std::string& script) {
    write_bytes(folder_.path() / "make.py", "import zipfile\n" + script);
    EXPECT_TRUE(run_in(folder_.path(), "python3 make.py"));
    return read_bytes(folder_.path() / "a.zip");
  }

  base::TempDir folder_ = *base::TempDir::create("portique-archive-test");
};

TEST_F(PythonZip, StoredAndDeflatedEntries) {
  const std::string archive = made_by(R"(
with zipfile.ZipFile('a.zip', 'w') as z:
    z.writestr('stored', 'as it is')
    z.writestr('dir/', '')
    for i in range(300):
        z.writestr(f'deflated-{i}', f'{i} ' * i * 10, zipfile.ZIP_DEFLATED)
)");
  const auto reader = ZipReader::open(as_bytes(archive), {});
  ASSERT_TRUE(reader) << reader.error().text();
  ASSERT_EQ(reader->entries().size(), 302U);
  EXPECT_EQ(reader->entries()[0].name, "stored");
  std::string content = "from before";
  ASSERT_TRUE(reader->read(reader->entries()[0], 100, content));
  EXPECT_EQ(content, "as it is");
  ASSERT_TRUE(reader->read(reader->entries()[1], 0, content));
  EXPECT_EQ(content, "");
  for (int i = 0; i < 300; ++i) {
    std::string expected;
    for (int k = 0; k < i * 10; ++k)
      expected += std::to_string(i) + " ";
    const auto read =
        reader->read(reader->entries()[static_cast<std::size_t>(i) + 2], 100'000, content);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_TRUE(content == expected) << i;
  }
}

TEST_F(PythonZip, LargeEntriesOfManyBlocks) {
  write_bytes(folder_.path() / "text", sample_text(5'000'000));
  const std::string archive = made_by(R"(
with zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    z.write('text')
)");
  EXPECT_TRUE(*read_entry(archive, 0, 5'000'000) == sample_text(5'000'000));
  EXPECT_EQ(read_entry(archive, 0, 4'999'999).error().code(), Code::LimitExceeded);
}

TEST_F(PythonZip, Zip64DataDescriptorsAndComments) {
  const std::string archive = made_by(R"(
import io
class Pipe(io.RawIOBase):
    def __init__(self, file): self.file = file
    def writable(self): return True
    def write(self, data): return self.file.write(data)
with open('a.zip', 'wb') as f:
    with zipfile.ZipFile(Pipe(f), 'w', zipfile.ZIP_DEFLATED) as z:  # data descriptors
        with z.open('big', 'w', force_zip64=True) as entry: entry.write(b'content')
        z.comment = b'a comment'
)");
  EXPECT_EQ(*read_entry(archive, 0, 100), "content");
}

TEST_F(PythonZip, MoreEntriesThanTheOldFormatCounts) {
  const std::string archive = made_by(R"(
with zipfile.ZipFile('a.zip', 'w') as z:
    for i in range(70000): z.writestr(str(i), str(i))
)");
  const auto reader = ZipReader::open(as_bytes(archive), {});
  ASSERT_TRUE(reader) << reader.error().text();
  ASSERT_EQ(reader->entries().size(), 70'000U);
  std::string content;
  for (const ZipEntry& entry : reader->entries()) {
    ASSERT_TRUE(reader->read(entry, 10, content));
    ASSERT_EQ(content, entry.name);
  }
  Limits limits;
  limits.layer_entries = 69'999;
  EXPECT_EQ(ZipReader::open(as_bytes(archive), limits).error().code(), Code::LimitExceeded);
}

TEST_F(PythonZip, BehindAStartScript) {
  const std::string archive = made_by(R"(
open('a.zip', 'wb').write(b'#!/bin/sh\nexec java -jar "$0"\n')
with zipfile.ZipFile('a.zip', 'a', zipfile.ZIP_DEFLATED) as z: z.writestr('a', 'content')
)");
  EXPECT_EQ(*read_entry(archive, 0, 100), "content");
  EXPECT_EQ(*read_entry("#!/bin/sh\n" + zip_of({HandMade{}}), 0, 100), "hello");
}

TEST_F(PythonZip, EveryCutIsRefused) {
  const std::string archive = made_by(R"(
with zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('a', 'content ' * 9)
)");
  for (std::size_t size = 0; size < archive.size(); ++size)
    EXPECT_FALSE(ZipReader::open(as_bytes(archive).first(size), {})) << size;
}

TEST_F(PythonZip, AFlippedBitIsNeverOtherContent) {
  std::string text;
  for (int i = 0; i < 50; ++i)
    text += std::to_string(i * 7) + " words ";
  const std::string archive =
      made_by("with zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED) as z: "
              "z.writestr('a', '" +
              text + "')\n");
  for (std::size_t at = 0; at < archive.size(); ++at) {
    std::string broken = archive;
    broken[at] = static_cast<char>(broken[at] ^ (1 << (at % 8)));
    const auto content = read_entry(broken, 0, 100'000);
    EXPECT_EQ(content.value_or(text), text) << at;
  }
}

TEST_F(PythonZip, SeveralThreadsReadFromOneReader) {
  const std::string archive = made_by(R"(
with zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    for i in range(500): z.writestr(str(i), f'{i} ' * 1000)
)");
  const auto reader = *ZipReader::open(as_bytes(archive), {});
  std::array<std::size_t, 2> good{};
  {
    std::vector<std::jthread> threads;
    for (std::size_t& count : good)
      threads.emplace_back([&reader, &count] {
        std::string content;
        for (const ZipEntry& entry : reader.entries())
          if (reader.read(entry, 10'000, content) && content.starts_with(entry.name + ' ')) ++count;
      });
  }
  EXPECT_THAT(good, ElementsAre(500U, 500U));
}

TEST(ZipReader, ReadsHandMadeArchives) {
  EXPECT_EQ(*read_entry(zip_of({HandMade{}}), 0, 5), "hello");
  EXPECT_TRUE(ZipReader::open(as_bytes(zip_of({})), {})->entries().empty());
}

TEST(ZipReader, Zip64ExtraFieldsReplaceTheSizes) {
  constexpr std::uint64_t kIn64 = 0xffffffff;
  HandMade entry;
  entry.size = entry.compressed_size = kIn64;
  entry.offset = kIn64;
  entry.extra =
      le(0x5455, 2) + le(1, 2) + "x" + le(1, 2) + le(24, 2) + le(5, 8) + le(5, 8) + le(0, 8);
  EXPECT_EQ(*read_entry(zip_of({entry}), 0, 5), "hello");
  entry.extra = le(1, 2) + le(16, 2) + le(5, 8) + le(5, 8); // the offset is missing
  EXPECT_EQ(code_of(zip_of({entry})), Code::Truncated);
}

TEST(ZipReader, RefusesWhatCannotBeRead) {
  EXPECT_EQ(code_of(zip_of({HandMade{.flags = 1}})), Code::Unsupported);   // encrypted
  EXPECT_EQ(code_of(zip_of({HandMade{.method = 14}})), Code::Unsupported); // LZMA
  EXPECT_EQ(code_of(zip_of({HandMade{.crc = 1}})), Code::Malformed);
  EXPECT_EQ(code_of(zip_of({HandMade{.size = 4}})), Code::Malformed);
  EXPECT_EQ(code_of(zip_of({HandMade{.method = 8}})), Code::Malformed);
  EXPECT_EQ(code_of(zip_of({HandMade{.local_name = "b"}})), Code::Malformed);
  EXPECT_EQ(code_of(zip_of({HandMade{.compressed_size = 60}})), Code::Malformed);
  EXPECT_EQ(code_of(zip_of({HandMade{.offset = 1}})), Code::Malformed);
  EXPECT_EQ(code_of("not a zip archive, but long enough for an end record"), Code::Malformed);
}

TEST(ZipReader, AnImpossibleSizeIsRefusedBeforeItIsAllocated) {
  HandMade entry{.size = 0xfffffffe, .method = 8};
  const std::string archive = zip_of({entry});
  EXPECT_EQ(read_entry(archive, 0, UINT64_MAX).error().code(), Code::Malformed);
  EXPECT_EQ(read_entry(archive, 0, 1000).error().code(), Code::LimitExceeded);
}

TEST(ZipReader, OverlappingEntriesAreRefused) {
  // As in a zip bomb: many records of the directory that share one entry's data.
  HandMade again;
  again.offset = 0;
  const auto reader = ZipReader::open(as_bytes(zip_of({HandMade{}, again})), {});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code(), Code::Malformed);
  EXPECT_THAT(reader.error().text(), HasSubstr("overlap"));
}

TEST(ZipReader, EntriesTogetherAreLimited) {
  Limits limits;
  limits.feed_bytes = 10;
  EXPECT_TRUE(ZipReader::open(as_bytes(zip_of({HandMade{}, HandMade{}})), limits));
  EXPECT_EQ(ZipReader::open(as_bytes(zip_of({HandMade{}, HandMade{}, HandMade{}})), limits)
                .error()
                .code(),
            Code::LimitExceeded);
}

TEST(ZipReader, AWrongCountOrDirectoryIsMalformed) {
  const std::string archive = zip_of({HandMade{}});
  const std::string body = archive.substr(0, archive.size() - 22);
  const std::uint64_t offset = 36;
  const std::uint64_t size = body.size() - offset;
  for (const std::string& end : {end_record(2, size, offset),
                                 end_record(0, size, offset),
                                 end_record(1, size + 1, offset),
                                 end_record(1, size - 1, offset),
                                 end_record(1, size, offset + 1),
                                 end_record(60'000, size, offset),
                                 end_record(1, 0xffffffff, 0xffffffff)}) {
    const auto reader = ZipReader::open(as_bytes(body + end), {});
    EXPECT_FALSE(reader);
  }
}

TEST(ZipReader, VolumesAreUnsupported) {
  std::string archive = zip_of({HandMade{}});
  archive[archive.size() - 22 + 4] = 1;
  EXPECT_EQ(code_of(archive), Code::Unsupported);
}

} // namespace
} // namespace portique::archive
