#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/builds/http2_observer.h"
#include "portique/access/builds/http2_test_support.h"

namespace portique::access {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// Writes down what it is told; wants the streams whose path begins with "/wanted".
class Listener final : public Http2Watcher {
public:
  base::Result<bool> on_open(std::uint32_t stream, const Http2Headers& headers) override {
    told.push_back("open " + std::to_string(stream) + " " +
                   std::string(http2_header(headers, ":path")));
    return http2_header(headers, ":path").starts_with("/wanted");
  }

  base::Result<void>
  on_message(std::uint32_t stream, Side side, std::string_view message) override {
    if (message == "refuse") return base::fail(base::Code::InvalidArgument, "no");
    told.push_back(name(side) + " " + std::to_string(stream) + " " + std::string(message));
    return {};
  }

  base::Result<void> on_side_end(std::uint32_t stream, Side side) override {
    told.push_back(name(side) + " ends " + std::to_string(stream));
    return {};
  }

  void on_close(std::uint32_t stream) override {
    told.push_back("close " + std::to_string(stream));
  }

  static std::string name(Side side) { return side == Side::Requester ? "asks" : "answers"; }

  std::vector<std::string> told;
};

/// A call with an answer; all that an observer of it is to see.
TEST(Http2Observer, SeesMessagesWhereverTheNetworkCuts) {
  for (const std::size_t piece : {1U, 2U, 7U, 9U, 10U, 100U, 100000U}) {
    Http2Writer client;
    Http2Writer server;
    Listener listener;
    Http2Observer observer(listener);
    const auto feed = [&](Side side, const std::string& bytes) {
      for (std::size_t at = 0; at < bytes.size(); at += piece)
        ASSERT_TRUE(observer.feed(side, std::string_view(bytes).substr(at, piece)));
    };
    feed(Side::Requester, Http2Writer::preface() + client.open(1, "/wanted/a"));
    feed(Side::Responder, http2_frame(4, 0, 0, "") + http2_frame(4, 1, 0, ""));
    // Two messages in one frame, and one in two frames, padded.
    const std::string third = grpc_message("third");
    feed(Side::Requester,
         http2_frame(0, 0, 1, grpc_message("first") + grpc_message("")) +
             http2_frame(0, 0x8, 1, "\x03"s + third.substr(0, 4) + "\0\0\0"s) +
             http2_frame(0, 0x1, 1, third.substr(4)));
    feed(Side::Responder,
         http2_frame(1, 0x4, 1, server.block({{":status", "200"}})) +
             Http2Writer::message(1, "answer") +
             http2_frame(1, 0x5, 1, server.block({{"grpc-status", "0"}})));
    EXPECT_THAT(listener.told,
                ElementsAre("open 1 /wanted/a",
                            "asks 1 first",
                            "asks 1 ",
                            "asks 1 third",
                            "asks ends 1",
                            "answers 1 answer",
                            "answers ends 1",
                            "close 1"))
        << piece;
  }
}

TEST(Http2Observer, LeavesAloneWhatNobodyWants) {
  Http2Writer client;
  Listener listener;
  Http2Observer observer(listener);
  std::string bytes = Http2Writer::preface() + client.open(1, "/other");
  bytes += http2_frame(0, 0, 1, "\x01no gRPC at all"s);
  bytes += client.open(3, "/wanted");
  bytes += http2_frame(3, 0, 1, "\0\0\0\x08"s);
  bytes += Http2Writer::message(3, "x", true);
  ASSERT_TRUE(observer.feed(Side::Requester, bytes));
  EXPECT_THAT(listener.told,
              ElementsAre("open 1 /other", "open 3 /wanted", "close 1", "asks 3 x", "asks ends 3"));
}

TEST(Http2Observer, ReadsHeadersInSeveralFrames) {
  Http2Writer client;
  Listener listener;
  Http2Observer observer(listener);
  const std::string block = client.block(
      {{":method", "POST"}, {":path", "/wanted/" + std::string(300, 'x')}, {"a", "b"}});
  // Padding and a priority before the block's first part.
  const std::string first = "\x02"s + "\0\0\0\0\x10"s + block.substr(0, 20) + "\0\0"s;
  ASSERT_TRUE(observer.feed(Side::Requester,
                            Http2Writer::preface() + http2_frame(1, 0x28, 5, first) +
                                http2_frame(9, 0, 5, block.substr(20, 30)) +
                                http2_frame(9, 0x4, 5, block.substr(50))));
  EXPECT_THAT(listener.told, ElementsAre("open 5 /wanted/" + std::string(300, 'x')));
}

TEST(Http2Observer, RefusalEndsIt) {
  Http2Writer client;
  Listener listener;
  Http2Observer observer(listener);
  ASSERT_TRUE(observer.feed(Side::Requester, Http2Writer::preface() + client.open(1, "/wanted")));
  const std::string message = Http2Writer::message(1, "refuse");
  // All but its last byte may pass.
  ASSERT_TRUE(observer.feed(Side::Requester, message.substr(0, message.size() - 1)));
  EXPECT_FALSE(observer.feed(Side::Requester, message.substr(message.size() - 1)));
}

TEST(Http2Observer, RefusesWhatItCannotFollow) {
  struct Case {
    const char* name;
    std::string bytes; ///< behind the preface and the opening of a wanted stream 1
    const char* message;
  };

  const std::vector<Case> cases{
      {"compressed", http2_frame(0, 0, 1, "\x01\0\0\0\0"s), "compressed"},
      {"long message", http2_frame(0, 0, 1, "\0\x7F\0\0\0"s), "too long"},
      {"ends in a message", http2_frame(0, 1, 1, "\0\0\0\0\x05"s + "abc"), "ends early"},
      {"data of no stream", http2_frame(0, 0, 0, "abc"), "no stream"},
      {"data of a stream to come", http2_frame(0, 0, 9, "abc"), "no stream"},
      {"padding beyond the frame", http2_frame(0, 0x8, 1, "\x09"s + "abc"), "padding"},
      {"padded and empty", http2_frame(0, 0x8, 1, ""), "empty"},
      {"continuation of nothing", http2_frame(9, 0x4, 1, ""), "not begun"},
      {"broken off block", http2_frame(1, 0, 3, "\x82"s) + http2_frame(0, 0, 1, "x"), "broken off"},
      {"push", http2_frame(5, 0x4, 1, "\0\0\0\x02\x82"s), "pushes"},
      {"bad block", http2_frame(1, 0x4, 3, "\xFF\xFF\xFF\xFF\xFF\xFF"s), "decompressed"},
      {"even stream", http2_frame(1, 0x4, 2, "\x82"s), "cannot be"},
      {"headers of no stream", http2_frame(1, 0x4, 0, "\x82"s), "no stream"},
      {"long control frame", "\x7F\xFF\xFF\x07\0\0\0\0\0"s, "too long"},
      {"half a setting", http2_frame(4, 0, 0, "\0\x01\0"s), "settings"},
  };
  for (const Case& item : cases) {
    Http2Writer client;
    Listener listener;
    Http2Observer observer(listener);
    ASSERT_TRUE(observer.feed(Side::Requester, Http2Writer::preface() + client.open(1, "/wanted")));
    const auto result = observer.feed(Side::Requester, item.bytes);
    ASSERT_FALSE(result) << item.name;
    EXPECT_THAT(result.error().message(), HasSubstr(item.message)) << item.name;
  }
  Listener listener;
  Http2Observer observer(listener);
  EXPECT_FALSE(observer.feed(Side::Requester, "GET / HTTP/1.1\r\n"));
}

} // namespace
} // namespace portique::access
