#include <array>

#include <gtest/gtest.h>
#include <unistd.h>

#include "portique/archive/archive_test_support.h"
#include "portique/archive/byte_stream.h"
#include "portique/base/file.h"

namespace portique::archive {
namespace {

using base::as_bytes;
using base::as_text;
using base::Code;

TEST(ByteStream, PeekJoinsPiecesAndTakesNothingOff) {
  PiecewiseStream stream("abcdefgh", 3);
  EXPECT_EQ(as_text(*stream.peek(2)), "abc");
  EXPECT_EQ(as_text(*stream.peek(7)), "abcdefgh");
  EXPECT_EQ(as_text(*stream.peek(8)), "abcdefgh");
  EXPECT_EQ(as_text(*stream.next(2)), "ab");
  EXPECT_EQ(as_text(*stream.peek(100)), "cdefgh");
  EXPECT_EQ(as_text(*stream.next()), "cdefgh");
  EXPECT_TRUE(stream.next()->empty());
  EXPECT_TRUE(stream.peek(1)->empty());
}

TEST(ByteStream, PeekAgainAfterSkippingInsideAJoinedFront) {
  PiecewiseStream stream("abcdefghij", 3);
  ASSERT_EQ(as_text(*stream.peek(5)), "abcdef");
  ASSERT_TRUE(stream.skip(4));
  EXPECT_EQ(as_text(*stream.peek(4)), "efghi");
  ASSERT_TRUE(stream.skip(6));
  EXPECT_TRUE(stream.next()->empty());
}

TEST(ByteStream, SkipsAcrossPieces) {
  PiecewiseStream stream("abcdefgh", 3);
  ASSERT_TRUE(stream.skip(0));
  ASSERT_TRUE(stream.skip(4));
  EXPECT_EQ(as_text(*stream.next()), "ef");
  EXPECT_EQ(*stream.skip_up_to(10), 2U);
}

TEST(ByteStream, SkipBeyondTheEndIsTruncated) {
  PiecewiseStream stream("abc", 2);
  EXPECT_EQ(stream.skip(4).error().code(), Code::Truncated);
}

TEST(ByteStream, ReadFillsAcrossPieces) {
  PiecewiseStream stream("abcdefgh", 3);
  std::array<std::byte, 5> buffer{};
  EXPECT_EQ(*stream.read(buffer), 5U);
  EXPECT_EQ(as_text(buffer), "abcde");
  EXPECT_EQ(*stream.read(buffer), 3U);
  EXPECT_EQ(as_text(buffer).substr(0, 3), "fgh");
  EXPECT_EQ(*stream.read(buffer), 0U);
}

TEST(ByteStream, ReadAllStopsAtTheLimit) {
  PiecewiseStream enough("abcdef", 4);
  EXPECT_EQ(*enough.read_all(6), "abcdef");
  PiecewiseStream too_much("abcdefg", 4);
  EXPECT_EQ(too_much.read_all(6).error().code(), Code::LimitExceeded);
}

class FileStreams : public testing::Test {
protected:
  void SetUp() override {
    content_ = sample_text(1'000'000);
    write_bytes(folder_.path() / "file", content_);
    file_ = *base::open_file(folder_.path() / "file");
  }

  base::TempDir folder_ = *base::TempDir::create("portique-archive-test");
  std::string content_;
  base::Fd file_;
};

TEST_F(FileStreams, ReadsARangeToItsEnd) {
  EXPECT_EQ(*file_stream(file_, 0, content_.size())->read_all(content_.size()), content_);
  EXPECT_EQ(*file_stream(file_, 1000, 300'000)->read_all(300'000), content_.substr(1000, 300'000));
  EXPECT_EQ(*file_stream(file_, 10, 0)->read_all(0), "");
}

TEST_F(FileStreams, SeeksAndReadsInTurn) {
  const auto stream = file_stream(file_, 0, content_.size());
  const std::string_view expected = content_;
  std::size_t offset = 0;
  for (const std::size_t step : {1UL, 511UL, 4096UL, 100'000UL, 3UL, 600'000UL}) {
    std::array<std::byte, 700> buffer{};
    ASSERT_EQ(*stream->read(buffer), buffer.size());
    EXPECT_EQ(as_text(buffer), expected.substr(offset, buffer.size()));
    ASSERT_TRUE(stream->skip(step));
    offset += buffer.size() + step;
  }
  EXPECT_EQ(*stream->read_all(content_.size()), expected.substr(offset));
}

TEST_F(FileStreams, TwoStreamsOverOneFileDoNotDisturbEachOther) {
  const auto first = file_stream(file_, 0, 10);
  const auto second = file_stream(file_, 5, 10);
  EXPECT_EQ(as_text(*first->next(4)), content_.substr(0, 4));
  EXPECT_EQ(*second->read_all(10), content_.substr(5, 10));
  EXPECT_EQ(*first->read_all(10), content_.substr(4, 6));
}

TEST_F(FileStreams, AFileThatEndsInsideTheRangeIsTruncated) {
  const auto stream = file_stream(file_, 0, content_.size() + 1);
  EXPECT_EQ(stream->read_all(2 * content_.size()).error().code(), Code::Truncated);
}

TEST_F(FileStreams, SkipBeyondTheRangeIsTruncated) {
  const auto stream = file_stream(file_, 0, content_.size());
  EXPECT_EQ(stream->skip(UINT64_MAX).error().code(), Code::Truncated);
}

TEST(PipeStream, ReadsWhatIsWritten) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  base::Fd writer(ends[1]);
  const auto stream = pipe_stream(base::Fd(ends[0]));
  ASSERT_TRUE(base::write_all(writer, as_bytes("through the pipe")));
  writer.reset();
  EXPECT_EQ(as_text(*stream->peek(7)), "through the pipe");
  EXPECT_EQ(*stream->read_all(100), "through the pipe");
}

class Verified : public testing::Test {
protected:
  static base::Result<std::string>
  verify(std::string_view content, const base::Digest& expected, std::uint64_t size) {
    return verified_stream(std::make_unique<PiecewiseStream>(content, 4), expected, size)
        ->read_all(1000);
  }

  base::Digest right_ = base::digest_of(as_bytes("some content"));
};

TEST_F(Verified, HandsThroughWhatHasTheDigest) {
  EXPECT_EQ(*verify("some content", right_, 0), "some content");
  EXPECT_EQ(*verify("some content", right_, 12), "some content");
  EXPECT_EQ(*verify("", base::digest_of({}), 0), "");
  const auto sha512 = base::digest_of(as_bytes("x"), base::DigestAlgorithm::Sha512);
  EXPECT_EQ(*verify("x", sha512, 1), "x");
}

TEST_F(Verified, AnotherDigestNamesBoth) {
  const auto result = verify("same content", right_, 0);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), Code::DigestMismatch);
  EXPECT_NE(result.error().text().find(right_.text()), std::string::npos);
  EXPECT_NE(result.error().text().find(base::digest_of(as_bytes("same content")).text()),
            std::string::npos);
}

TEST_F(Verified, AnotherSizeIsAMismatch) {
  EXPECT_EQ(verify("some content", right_, 13).error().code(), Code::DigestMismatch);
  EXPECT_EQ(verify("some content", right_, 11).error().code(), Code::DigestMismatch);
  EXPECT_EQ(verify("some content", {}, 11).error().code(), Code::DigestMismatch);
  EXPECT_EQ(*verify("some content", {}, 12), "some content");
}

TEST_F(Verified, GrowthBeyondTheSizeFailsBeforeTheEnd) {
  const std::string content(1000, 'x');
  const auto stream = verified_stream(std::make_unique<PiecewiseStream>(content, 4), right_, 6);
  EXPECT_TRUE(stream->next());
  EXPECT_EQ(stream->next().error().code(), Code::DigestMismatch);
}

} // namespace
} // namespace portique::archive
