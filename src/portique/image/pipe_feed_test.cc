#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "portique/archive/byte_stream.h"
#include "portique/image/pipe_feed.h"

namespace portique::image {
namespace {

using base::Code;

Feed feed_of(const std::string& content, std::size_t times, base::Result<void> end = {}) {
  return [=](const ByteSink& sink, const Cancelled&) -> base::Result<void> {
    for (std::size_t i = 0; i < times; ++i)
      PQ_TRY(sink(base::as_bytes(content)));
    return end;
  };
}

TEST(PipeFeed, PassesOnMoreThanAPipeHolds) {
  const std::string piece(100'000, 'x');
  auto feed = PipeFeed::start(feed_of(piece, 50));
  ASSERT_TRUE(feed);
  const auto content = archive::pipe_stream((*feed)->take_reading_end())->read_all(1U << 30U);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->size(), piece.size() * 50);
  EXPECT_TRUE((*feed)->finish());
}

TEST(PipeFeed, TellsWhyAFeedEnded) {
  auto feed = PipeFeed::start(feed_of("some", 1, base::fail(Code::Network, "it broke off")));
  ASSERT_TRUE(feed);
  EXPECT_EQ(archive::pipe_stream((*feed)->take_reading_end())->read_all(100), "some");
  const auto end = (*feed)->finish();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().message(), "it broke off");
}

TEST(PipeFeed, AReaderMayStopEarly) {
  auto feed = PipeFeed::start(feed_of(std::string(100'000, 'x'), 1000));
  ASSERT_TRUE(feed);
  ASSERT_TRUE(archive::pipe_stream((*feed)->take_reading_end())->next());
  EXPECT_TRUE((*feed)->finish());
}

TEST(PipeFeed, GivesUpOnAReaderThatDoesNotRead) {
  const auto began = std::chrono::steady_clock::now();
  base::Fd reading;
  {
    auto feed = PipeFeed::start(feed_of(std::string(100'000, 'x'), 1000));
    ASSERT_TRUE(feed);
    reading = (*feed)->take_reading_end(); // open, as in a process that hangs
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST(PipeFeed, TellsAFeedThatWaitsToGiveUp) {
  bool told = false;
  {
    auto feed =
        PipeFeed::start([&](const ByteSink&, const Cancelled& cancelled) -> base::Result<void> {
          while (!cancelled())
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
          told = true;
          return {};
        });
    ASSERT_TRUE(feed);
  }
  EXPECT_TRUE(told);
}

} // namespace
} // namespace portique::image
