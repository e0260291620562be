#include <array>
#include <ostream>

#include <gtest/gtest.h>

#include "portique/archive/archive_test_support.h"
#include "portique/archive/decompress.h"
#include "portique/base/file.h"

namespace portique::archive {
namespace {

using base::as_bytes;
using base::Code;
using base::Limits;
using base::Result;

Result<std::string>
unpack(std::string_view compressed, std::size_t piece, const Limits& limits = {}) {
  auto stream = decompress_detected(std::make_unique<PiecewiseStream>(compressed, piece), limits);
  if (!stream) return std::unexpected(std::move(stream).error());
  return (*stream)->read_all(1ULL << 30U);
}

struct Tool {
  const char* program;
  const char* command;
  Compression compression;
};

std::ostream& operator<<(std::ostream& out, const Tool& tool) {
  return out << tool.program;
}

constexpr std::array kTools{
    Tool{"gzip", "gzip -6 -n -c", Compression::Gzip},
    Tool{"zstd", "zstd -q --check -c", Compression::Zstd},
    Tool{"xz", "xz -c", Compression::Xz},
    Tool{"bzip2", "bzip2 -c", Compression::Bzip2},
};

/// With the real compressors as oracles.
class Decompress : public testing::TestWithParam<Tool> {
protected:
  void SetUp() override { PQ_TOOL_OR_SKIP(GetParam().program); }

  std::string compressed(std::string_view content) {
    return compressed_by(GetParam().command, content);
  }

  std::string compressed_by(const std::string& command, std::string_view content) {
    write_bytes(folder_.path() / "plain", content);
    EXPECT_TRUE(run_in(folder_.path(), command + " plain > packed"));
    return read_bytes(folder_.path() / "packed");
  }

  base::TempDir folder_ = *base::TempDir::create("portique-archive-test");
};

INSTANTIATE_TEST_SUITE_P(Tools, Decompress, testing::ValuesIn(kTools), [](const auto& tool) {
  return std::string(tool.param.program);
});

TEST_P(Decompress, GivesBackWhatWasCompressed) {
  for (const std::size_t size : {0UL, 1UL, 300UL, 70'000UL, 3'000'000UL}) {
    const std::string content = sample_text(size);
    const std::string packed = compressed(content);
    EXPECT_EQ(detect_compression(as_bytes(packed)), GetParam().compression);
    for (const std::size_t piece : {4096UL, 262'144UL, packed.size()}) {
      const auto result = unpack(packed, piece);
      ASSERT_TRUE(result) << result.error().text();
      EXPECT_TRUE(*result == content) << size << " bytes in pieces of " << piece;
    }
  }
}

TEST_P(Decompress, TakesInputByteByByte) {
  const std::string content = sample_text(200'000);
  const std::string packed = compressed(content);
  for (const std::size_t piece : {1UL, 3UL, 7UL}) {
    const auto result = unpack(packed, piece);
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_TRUE(*result == content) << piece;
  }
}

TEST_P(Decompress, ReadsSeveralMembersAsOne) {
  const std::string packed =
      compressed(sample_text(100'000)) + compressed("") + compressed("the end");
  for (const std::size_t piece : {1UL, 1000UL, packed.size()}) {
    const auto result = unpack(packed, piece);
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_TRUE(*result == sample_text(100'000) + "the end");
  }
}

TEST_P(Decompress, EveryCutIsTruncated) {
  const std::string packed = compressed(sample_text(3000));
  for (std::size_t size = kDetectBytes; size < packed.size(); ++size) {
    const auto result = unpack(std::string_view(packed).substr(0, size), packed.size());
    ASSERT_FALSE(result) << size;
    EXPECT_EQ(result.error().code(), Code::Truncated) << size << ": " << result.error().text();
  }
}

TEST_P(Decompress, ACutInALaterMemberIsTruncated) {
  const std::string first = compressed(sample_text(3000));
  const std::string both = first + compressed(sample_text(5000));
  for (std::size_t size = first.size() + 1; size < both.size(); ++size) {
    const auto result = unpack(std::string_view(both).substr(0, size), both.size());
    ASSERT_FALSE(result) << size;
    EXPECT_EQ(result.error().code(), Code::Truncated) << size << ": " << result.error().text();
  }
}

TEST_P(Decompress, AFlippedBitIsNeverOtherContent) {
  const std::string content = sample_text(2000);
  const std::string packed = compressed(content);
  std::size_t refused = 0;
  for (std::size_t at = kDetectBytes; at < packed.size(); ++at) {
    std::string broken = packed;
    broken[at] = static_cast<char>(broken[at] ^ (1 << (at % 8)));
    const auto result = unpack(broken, broken.size());
    if (result)
      EXPECT_EQ(*result, content) << at; // a field that says nothing of the content
    else
      ++refused;
  }
  EXPECT_GT(refused, packed.size() * 9 / 10);
}

TEST_P(Decompress, ZerosBehindTheEndArePadding) {
  const auto result = unpack(compressed("content") + std::string(10'000, '\0'), 512);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(*result, "content");
}

TEST_P(Decompress, OtherBytesBehindTheEndAreMalformed) {
  const std::string packed = compressed("content");
  for (const std::string_view garbage :
       {std::string_view("garbage that is no padding"),
        std::string_view("\0\0\0\0garbage that is no padding", 30)}) {
    const auto result = unpack(packed + std::string(garbage), 512);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), Code::Malformed) << result.error().text();
  }
}

TEST_P(Decompress, StopsAtTheAbsoluteLimit) {
  Limits limits;
  const std::string packed = compressed(sample_text(100'000));
  limits.layer_bytes = 100'000;
  EXPECT_TRUE(unpack(packed, 4096, limits));
  limits.layer_bytes = 99'999;
  EXPECT_EQ(unpack(packed, 4096, limits).error().code(), Code::LimitExceeded);
}

TEST_P(Decompress, StopsABombByItsRatio) {
  Limits limits;
  limits.expansion_free_bytes = 1'000'000;
  limits.expansion_ratio = 100;
  const std::string bomb = compressed(std::string(20'000'000, '\0'));
  EXPECT_EQ(unpack(bomb, 4096, limits).error().code(), Code::LimitExceeded);
  EXPECT_TRUE(unpack(compressed(std::string(900'000, '\0')), 4096, limits));
}

TEST_P(Decompress, AnErrorNamesFormatAndPlace) {
  const std::string packed = compressed(sample_text(3000));
  const auto result = unpack(packed.substr(0, packed.size() / 2), 100);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().text().find(compression_name(GetParam().compression)), std::string::npos)
      << result.error().text();
}

class Gzip : public testing::Test {
protected:
  /// A member with a stored block, with the header fields that `flags` asks for (RFC 1952).
  static std::string member(unsigned char flags, std::string_view optional_fields) {
    std::string bytes("\x1f\x8b\x08", 3);
    bytes += static_cast<char>(flags);
    bytes += std::string_view("\0\0\0\0\0\x03", 6);
    bytes += optional_fields;
    bytes += std::string_view("\x01\x05\x00\xfa\xff"
                              "hello",
                              10);                              // final stored block
    bytes += std::string_view("\x86\xa6\x10\x36\x05\0\0\0", 8); // CRC-32 and size of "hello"
    return bytes;
  }
};

TEST_F(Gzip, SkipsEveryOptionalHeaderField) {
  constexpr unsigned char kText = 1;
  constexpr unsigned char kExtra = 4;
  constexpr unsigned char kName = 8;
  constexpr unsigned char kComment = 16;
  const std::string long_name(70'000, 'n');
  const std::string extra("\x05\0ABCDE", 7);
  const std::string name("name\0", 5);
  const std::string comment("a comment\0", 10);
  const std::array cases{
      std::pair{kText, std::string()},
      std::pair{kExtra, extra},
      std::pair{kName, name},
      std::pair{kComment, comment},
      std::pair{static_cast<unsigned char>(kExtra | kName | kComment), extra + name + comment},
      std::pair{kName, long_name + std::string(1, '\0')},
  };
  for (const auto& [flags, fields] : cases)
    for (const std::size_t piece : {1UL, 5UL, 100'000UL}) {
      const auto result = unpack(member(flags, fields), piece);
      ASSERT_TRUE(result) << int{flags} << ' ' << piece << ": " << result.error().text();
      EXPECT_EQ(*result, "hello") << int{flags} << ' ' << piece;
    }
}

TEST_F(Gzip, VerifiesChecksumAndSize) {
  const std::string good = member(0, "");
  for (const std::size_t from_end : {1UL, 4UL, 5UL, 8UL}) {
    std::string bad = good;
    bad[bad.size() - from_end] = static_cast<char>(bad[bad.size() - from_end] ^ 1);
    EXPECT_EQ(unpack(bad, bad.size()).error().code(), Code::Malformed) << from_end;
  }
}

TEST_F(Gzip, VerifiesTheChecksumOfTheHeader) {
  constexpr unsigned char kHeaderCrcAndName = 2 | 8;
  // What Python's zlib.crc32 makes of the ten bytes and the name, modulo 65536.
  const std::string good = member(kHeaderCrcAndName, std::string_view("name\0\x43\x5c", 7));
  const std::string bad = member(kHeaderCrcAndName, std::string_view("mane\0\x43\x5c", 7));
  for (const std::size_t piece : {1UL, 3UL, 11UL, 100UL}) {
    EXPECT_EQ(*unpack(good, piece), "hello") << piece;
    EXPECT_EQ(unpack(bad, piece).error().code(), Code::Malformed) << piece;
  }
}

TEST_F(Gzip, AnotherMethodThanDeflateIsUnsupported) {
  std::string other = member(0, "");
  other[2] = 7;
  EXPECT_EQ(unpack(other, other.size()).error().code(), Code::Unsupported);
}

/// A gibibyte of zeros in a mebibyte is a layer with an empty disk image in it; four are a bomb.
TEST_F(Gzip, ABombIsToldFromALayerThatPacksWell) {
  PQ_TOOL_OR_SKIP("gzip");
  const auto folder = *base::TempDir::create("portique-archive-test");
  ASSERT_TRUE(run_in(folder.path(), "head -c 67108864 /dev/zero | gzip -9 > zeros.gz"));
  const std::string member = read_bytes(folder.path() / "zeros.gz");
  ASSERT_GT((64UL << 20U) / member.size(), 1000U);
  const Limits limits;
  for (const auto& [members, expected] : {std::pair{16U, 1ULL << 30U}, {64U, 2ULL << 30U}}) {
    const auto stream =
        *decompress(std::make_unique<RepeatingStream>(member, members), Compression::Gzip, limits);
    std::uint64_t unpacked = 0;
    auto piece = stream->next();
    for (; piece && !piece->empty(); piece = stream->next())
      unpacked += piece->size();
    EXPECT_EQ(unpacked, expected);
    EXPECT_EQ(piece.has_value(), expected < limits.expansion_free_bytes);
    if (!piece) {
      EXPECT_EQ(piece.error().code(), Code::LimitExceeded);
    }
  }
}

TEST_F(Gzip, ManyEmptyMembersEnd) {
  const std::string empty("\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0", 20);
  std::string many;
  for (int i = 0; i < 10'000; ++i)
    many += empty;
  EXPECT_EQ(*unpack(many, 1000), "");
}

TEST(Zstd, SkipsSkippableFrames) {
  PQ_TOOL_OR_SKIP("zstd");
  const auto folder = *base::TempDir::create("portique-archive-test");
  write_bytes(folder.path() / "plain", "content");
  ASSERT_TRUE(run_in(folder.path(), "zstd -q -c plain > packed"));
  const std::string frame = read_bytes(folder.path() / "packed");
  const std::string skippable("\x53\x2a\x4d\x18\x04\0\0\0skip", 12);
  for (const std::size_t piece : {1UL, 6UL, 1000UL}) {
    const auto result = unpack(skippable + frame + skippable + frame, piece);
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(*result, "contentcontent");
  }
}

TEST(Zstd, RetiredFormatsInsideABrokenHeaderAreNotRead) {
  // A header with a reserved bit set, at whose 14th byte the magic number of version 0.7 stands.
  const std::string frame("\x28\xb5\x2f\xfd\xff\xff\xff\xff\0\x1f\x8b\0\0\x35"
                          "\x27\xb5\x2f\xfd\0\x1f\xff\x0e\0\0\0\0\0\0\0",
                          29);
  for (const std::size_t piece : {1UL, 7UL, 14UL, 29UL}) {
    const auto result = unpack(frame, piece);
    ASSERT_FALSE(result) << piece;
    EXPECT_EQ(result.error().code(), Code::Malformed) << result.error().text();
  }
}

TEST(Zstd, RefusesWindowsAbove128MiB) {
  // A frame header with window descriptor 0x90: 2^28 bytes.
  const std::string frame("\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00", 9);
  EXPECT_EQ(unpack(frame, frame.size()).error().code(), Code::LimitExceeded);
}

TEST(Xz, RefusesDictionariesAbove64MiB) {
  PQ_TOOL_OR_SKIP("xz");
  const auto folder = *base::TempDir::create("portique-archive-test");
  write_bytes(folder.path() / "plain", "content");
  ASSERT_TRUE(
      run_in(folder.path(),
             "xz -c -9 plain > nine && xz -c --lzma2=dict=1536MiB,mode=fast,mf=hc3 plain > huge"));
  EXPECT_EQ(*unpack(read_bytes(folder.path() / "nine"), 100), "content");
  EXPECT_EQ(unpack(read_bytes(folder.path() / "huge"), 100).error().code(), Code::LimitExceeded);
}

TEST(DetectCompression, KnowsMagicNumbersAndNothingElse) {
  struct Case {
    std::string_view head;
    Compression expected;
  };

  constexpr std::array kCases{
      Case{std::string_view("\x1f\x8b\x08\x00\x00\x00", 6), Compression::Gzip},
      Case{std::string_view("\x28\xb5\x2f\xfd\x00\x00", 6), Compression::Zstd},
      Case{std::string_view("\x50\x2a\x4d\x18\x00\x00", 6), Compression::Zstd},
      Case{std::string_view("\x5f\x2a\x4d\x18\x00\x00", 6), Compression::Zstd},
      Case{std::string_view("\x60\x2a\x4d\x18\x00\x00", 6), Compression::None},
      Case{std::string_view("\xfd"
                            "7zXZ\0",
                            6),
           Compression::Xz},
      Case{std::string_view("BZh91A", 6), Compression::Bzip2},
      Case{std::string_view("BZh9\x17\x72", 6), Compression::Bzip2}, // empty content
      Case{std::string_view("BZh9.t", 6), Compression::None},        // a file name in a tar
      Case{std::string_view("BZh01A", 6), Compression::None},
      Case{std::string_view("PK\x03\x04\x14\x00", 6), Compression::None},
      Case{std::string_view("\x1f", 1), Compression::None},
      Case{std::string_view(), Compression::None},
  };
  for (const Case& c : kCases)
    EXPECT_EQ(detect_compression(as_bytes(c.head)), c.expected) << testing::PrintToString(c.head);
}

TEST(DecompressDetected, HandsPlainBytesThrough) {
  EXPECT_EQ(*unpack("plain bytes", 3), "plain bytes");
  EXPECT_EQ(*unpack("", 3), "");
}

class FailingStream final : public ByteStream {
private:
  Result<base::Bytes> read_piece() override { return base::fail(Code::Network, "the line broke"); }
};

TEST(DecompressDetected, AnErrorOfTheInputIsNotBlamedOnTheFormat) {
  const auto stream = decompress(std::make_unique<FailingStream>(), Compression::Gzip, {});
  ASSERT_TRUE(stream);
  const auto piece = (*stream)->next();
  ASSERT_FALSE(piece);
  EXPECT_EQ(piece.error().text(), "the line broke");
}

} // namespace
} // namespace portique::archive
