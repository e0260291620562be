#include <array>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "portique/base/channel.h"
#include "portique/base/file.h"

namespace portique::base {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Pair {
  Channel left;
  Channel right;
};

std::unique_ptr<Pair> make_pair() {
  auto ends = Channel::socket_pair();
  EXPECT_TRUE(ends.has_value());
  return std::unique_ptr<Pair>(
      new Pair{Channel(std::move(ends->first)), Channel(std::move(ends->second))});
}

std::size_t open_descriptors() {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

Deadline soon(int ms = 100) {
  return steady_clock::now() + milliseconds(ms);
}

/// A pipe whose reading end holds `text`.
Fd readable(std::string_view text) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd writing(ends[1]);
  EXPECT_TRUE(write_all(writing, as_bytes(text)).has_value());
  return Fd(ends[0]);
}

/// Bytes as they come from a peer that keeps to no rule, with descriptors.
void send_raw(const Channel& channel, std::string bytes, const std::vector<int>& descriptors = {}) {
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  std::vector<char> control(CMSG_SPACE(descriptors.size() * sizeof(int)));
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size() * sizeof(int));
  }
  ASSERT_EQ(::sendmsg(channel.socket().get(), &message, MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
}

std::string header(std::uint32_t type, std::uint32_t descriptors, std::uint64_t payload_bytes) {
  std::string raw(16, '\0');
  std::memcpy(raw.data(), &type, 4);
  std::memcpy(raw.data() + 4, &descriptors, 4);
  std::memcpy(raw.data() + 8, &payload_bytes, 8);
  return raw;
}

TEST(Channel, CarriesMessagesInOrder) {
  auto pair = make_pair();
  ASSERT_TRUE(pair->left.send(7, as_bytes("first")).has_value());
  ASSERT_TRUE(pair->left.send(8, {}).has_value());
  ASSERT_TRUE(pair->right.send(9, as_bytes("back")).has_value());
  const auto first = pair->right.receive(100);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->type, 7U);
  EXPECT_EQ(first->payload, "first");
  EXPECT_FALSE(first->fd.has_value());
  const auto second = pair->right.receive(0);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->type, 8U);
  EXPECT_EQ(second->payload, "");
  EXPECT_EQ(pair->left.receive(4)->payload, "back");
}

TEST(Channel, CarriesPayloadsLargerThanTheSocketBuffer) {
  auto pair = make_pair();
  std::string large(20 << 20, 'x');
  for (std::size_t i = 0; i < large.size(); i += 4093)
    large[i] = static_cast<char>(i);
  const std::jthread sender([&] { EXPECT_TRUE(pair->left.send(1, as_bytes(large)).has_value()); });
  const auto message = pair->right.receive(large.size());
  ASSERT_TRUE(message.has_value());
  EXPECT_TRUE(message->payload == large);
}

TEST(Channel, KeepsMessagesOfSeveralSendersApart) {
  auto pair = make_pair();
  constexpr int kSenders = 4;
  constexpr int kEach = 50;
  std::vector<std::jthread> senders;
  for (int sender = 0; sender < kSenders; ++sender)
    senders.emplace_back([&, sender] {
      const std::string payload(50'000, static_cast<char>('a' + sender));
      for (int i = 0; i < kEach; ++i)
        EXPECT_TRUE(pair->left.send(static_cast<std::uint32_t>(sender), as_bytes(payload)));
    });
  for (int i = 0; i < kSenders * kEach; ++i) {
    const auto message = pair->right.receive(50'000);
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(message->payload, std::string(50'000, static_cast<char>('a' + message->type)));
  }
}

TEST(Channel, CarriesDescriptors) {
  auto pair = make_pair();
  const Fd file = readable("through the socket");
  ASSERT_TRUE(pair->left.send(1, as_bytes("here"), &file).has_value());
  ASSERT_TRUE(pair->left.send(2, as_bytes("none")).has_value());
  const auto message = pair->right.receive(10);
  ASSERT_TRUE(message.has_value());
  ASSERT_TRUE(message->fd.has_value());
  EXPECT_NE(message->fd->get(), file.get());
  EXPECT_EQ(::fcntl(message->fd->get(), F_GETFD), FD_CLOEXEC);
  std::array<std::byte, 64> text{};
  EXPECT_EQ(read_some(*message->fd, text), 18U);
  EXPECT_FALSE(pair->right.receive(10)->fd.has_value());
}

TEST(Channel, SaysThatThePeerHasGone) {
  auto ends = Channel::socket_pair();
  Channel channel(std::move(ends->first));
  ends->second.reset();
  EXPECT_EQ(channel.receive(10).error().code(), Code::WorkerDied);
  EXPECT_EQ(channel.send(1, as_bytes("x")).error().code(), Code::WorkerDied)
      << "and no SIGPIPE either";
}

TEST(Channel, DeliversWhatThePeerSentBeforeItWent) {
  auto ends = Channel::socket_pair();
  Channel channel(std::move(ends->first));
  {
    Channel other(std::move(ends->second));
    ASSERT_TRUE(other.send(5, as_bytes("last words")).has_value());
  }
  EXPECT_FALSE(channel.send(1, as_bytes("x")).has_value());
  const auto last = channel.receive(100);
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->payload, "last words");
  EXPECT_EQ(channel.receive(100).error().code(), Code::WorkerDied);
}

TEST(Channel, RefusesAPayloadOverTheLimitBeforeItComes) {
  auto pair = make_pair();
  send_raw(pair->left, header(1, 0, 11));
  const auto message = pair->right.receive(10);
  ASSERT_FALSE(message.has_value());
  EXPECT_EQ(message.error().code(), Code::LimitExceeded);
  EXPECT_FALSE(pair->right.receive(100).has_value()) << "the frames are out of step now";
}

TEST(Channel, TakesNoMemoryForALengthWithoutData) {
  auto pair = make_pair();
  constexpr std::uint64_t kHuge = 1ULL << 62U;
  send_raw(pair->left, header(1, 0, kHuge) + "a few bytes");
  const auto message = pair->right.receive(kHuge, soon());
  ASSERT_FALSE(message.has_value());
  EXPECT_EQ(message.error().code(), Code::Timeout);
}

TEST(Channel, WaitsNoLongerThanEitherDeadline) {
  auto pair = make_pair();
  EXPECT_EQ(pair->left.receive(10, soon(30)).error().code(), Code::Timeout);
  pair->right.set_deadline(soon(30));
  const auto begin = steady_clock::now();
  EXPECT_EQ(pair->right.receive(10, begin + std::chrono::hours(1)).error().code(), Code::Timeout);
  EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(Channel, DoesNotSendForEverToAPeerThatDoesNotRead) {
  auto pair = make_pair();
  pair->left.set_deadline(soon());
  EXPECT_EQ(pair->left.send(1, as_bytes(std::string(8 << 20, 'x'))).error().code(), Code::Timeout);
  EXPECT_FALSE(pair->left.send(1, as_bytes("x")).has_value()) << "half a frame is out";
}

struct Garbage {
  const char* name;
  std::string bytes;
  std::size_t descriptors;
  Code code;
};

TEST(Channel, SurvivesGarbageAndKeepsNoDescriptorOfIt) {
  const std::vector<Garbage> cases = {
      {"nothing", "", 0, Code::WorkerDied},
      {"half a header", "\x01\x02\x03", 0, Code::WorkerDied},
      {"a header without its payload", header(1, 0, 5) + "abc", 0, Code::WorkerDied},
      {"a descriptor that is not announced", header(1, 0, 0), 1, Code::Malformed},
      {"an announced descriptor that is missing", header(1, 1, 0), 0, Code::Malformed},
      {"a count that is no count", header(1, 0xFFFF'FFFF, 0), 1, Code::Malformed},
      {"many descriptors announced", header(1, 20, 0), 20, Code::Malformed},
      {"text", "GET / HTTP/1.1\r\n\r\n", 0, Code::Malformed},
      {"descriptors with half a header", "\x01", 3, Code::WorkerDied},
  };
  for (const auto& garbage : cases) {
    SCOPED_TRACE(garbage.name);
    const std::size_t before = open_descriptors();
    {
      auto ends = Channel::socket_pair();
      Channel channel(std::move(ends->first));
      {
        Channel peer(std::move(ends->second));
        const std::vector<int> numbers(garbage.descriptors, STDIN_FILENO);
        if (!garbage.bytes.empty()) send_raw(peer, garbage.bytes, numbers);
      }
      const auto message = channel.receive(100);
      ASSERT_FALSE(message.has_value());
      EXPECT_EQ(message.error().code(), garbage.code) << message.error().text();
    }
    EXPECT_EQ(open_descriptors(), before);
  }
}

TEST(Channel, ClosesSurplusDescriptors) {
  auto pair = make_pair();
  const std::size_t before = open_descriptors();
  send_raw(pair->left, header(1, 1, 0), std::vector<int>(10, STDIN_FILENO));
  {
    const auto message = pair->right.receive(0);
    ASSERT_TRUE(message.has_value());
    EXPECT_TRUE(message->fd.has_value());
    EXPECT_EQ(open_descriptors(), before + 1);
  }
  send_raw(pair->left, header(1, 0, 4));
  send_raw(pair->left, "data", std::vector<int>(3, STDIN_FILENO));
  EXPECT_EQ(pair->right.receive(4)->payload, "data");
  EXPECT_EQ(open_descriptors(), before);
}

TEST(EncodedError, ComesBackWhole) {
  const Error sent = Error(Code::Truncated, "data ends early").at("record 17").at("layer 2");
  const auto got = decode_error(as_bytes(encode_error(sent)));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->code(), Code::Truncated);
  EXPECT_EQ(got->text(), "layer 2: record 17: data ends early");
}

TEST(EncodedError, IsBounded) {
  Error sent(Code::Malformed, std::string(1 << 20, 'm'));
  for (int i = 0; i < 1000; ++i)
    sent = std::move(sent).at(std::string(10'000, 'p'));
  const std::string payload = encode_error(sent);
  EXPECT_LE(payload.size(), kErrorPayloadBytes);
  const auto got = decode_error(as_bytes(payload));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->message(), std::string(4096, 'm'));

  Error deep(Code::Malformed, "m");
  for (int i = 0; i < 1000; ++i)
    deep = std::move(deep).at("p");
  EXPECT_TRUE(decode_error(as_bytes(encode_error(deep))).has_value());
}

TEST(EncodedError, FromAHostilePeerIsPrintable) {
  const auto got =
      decode_error(as_bytes(encode_error(Error(Code::Malformed, "\x1b[2Jall is well\xff"))));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->message(), "\uFFFD[2Jall is well\uFFFD");
}

TEST(EncodedError, RefusesWhatIsNone) {
  const std::string good = encode_error(Error(Code::Io, "message"));
  std::string unknown_code = good;
  unknown_code[0] = 99;
  std::string long_text = good;
  long_text[6] = 1;
  for (const std::string& bad : {std::string(),
                                 std::string("\0\0", 2),
                                 good.substr(0, 9),
                                 good + "x",
                                 unknown_code,
                                 long_text})
    EXPECT_FALSE(decode_error(as_bytes(bad)).has_value());
  std::string many_places = good;
  for (int i = 0; i < 33; ++i)
    many_places.append(4, '\0');
  EXPECT_EQ(decode_error(as_bytes(many_places)).error().code(), Code::Malformed);
}

} // namespace
} // namespace portique::base
