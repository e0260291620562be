#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "portique/access/audit/export_sink.h"
#include "portique/access/audit/file_trail.h"
#include "portique/access/audit/trail_cursor.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string line(std::uint64_t number, const std::string& more = {}) {
  return line_text(
      number, kNoLine, LineMembers("decision").text("decision", "deny").text("x", more).bytes());
}

bool is_readable(int file) {
  pollfd waiting{file, POLLIN, 0};
  return ::poll(&waiting, 1, 5000) == 1;
}

/// A socket of the local machine and its port.
std::pair<base::Fd, int> listening(int kind) {
  base::Fd socket(::socket(AF_INET, kind | SOCK_CLOEXEC, 0));
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where), 0);
  EXPECT_EQ(kind == SOCK_STREAM ? ::listen(socket.get(), 4) : 0, 0);
  socklen_t size = sizeof where;
  EXPECT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&where), &size), 0);
  return {std::move(socket), ntohs(where.sin_port)};
}

std::string datagram(int socket) {
  std::string text(70'000, '\0');
  if (!is_readable(socket)) return {};
  const ssize_t size = ::recv(socket, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

TEST(ExportSink, AddressesAreReadInOneWay) {
  for (const std::string_view good : {"stdout",
                                      "syslog+unix:///dev/log",
                                      "syslog+udp://log.example:514",
                                      "syslog+tcp://192.0.2.1:6514",
                                      "syslog+tcp://[2001:db8::1]:601"}) {
    const auto address = parse_export_address(good);
    ASSERT_TRUE(address) << good;
    EXPECT_EQ(address->text(), good);
  }
  EXPECT_EQ(parse_export_address("syslog+udp://a")->text(), "syslog+udp://a:514");
  EXPECT_EQ(parse_export_address("syslog+tcp://[::1]")->text(), "syslog+tcp://[::1]:601");
  for (const std::string_view bad : {"",
                                     "syslog",
                                     "syslog+unix://",
                                     "syslog+unix://dev/log",
                                     "syslog+udp://",
                                     "syslog+udp://:1",
                                     "syslog+udp://a:0",
                                     "syslog+udp://a:70000",
                                     "syslog+udp://a:x",
                                     "syslog+tcp://::1:5",
                                     "syslog+tcp://a b:5",
                                     "file:///x"})
    EXPECT_FALSE(parse_export_address(bad)) << bad;
}

TEST(ExportSink, MessagesAreThoseOfRfc5424) {
  const std::string deny = line(7);
  EXPECT_THAT(
      syslog_message(deny, "host one"),
      AllOf(StartsWith("<109>1 2"),
            HasSubstr(fmt::format("Z hostone portique {} decision - {{\"n\":7,", ::getpid())),
            EndsWith(deny)));
  EXPECT_THAT(syslog_message(line_text(1, kNoLine, LineMembers("late").bytes()), ""),
              AllOf(StartsWith("<108>1 "), HasSubstr("Z - portique ")));
  EXPECT_THAT(syslog_message("junk", "h"), AllOf(StartsWith("<110>1 "), EndsWith(" - - junk")));
}

TEST(ExportSink, DatagramsReachAUnixSocketAlsoIfItComesLater) {
  const base::TempDir folder = *base::TempDir::create("portique-syslog");
  const std::string path = (folder.path() / "log").string();
  const auto sink = make_export_sink(*parse_export_address("syslog+unix://" + path));
  sink->offer(line(1));
  const base::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  path.copy(where.sun_path, sizeof where.sun_path - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where), 0);
  sink->offer(line(2));
  EXPECT_THAT(datagram(socket.get()), EndsWith(line(1)));
  EXPECT_THAT(datagram(socket.get()), EndsWith(line(2)));
  EXPECT_EQ(sink->dropped(), 0U);
}

TEST(ExportSink, DatagramsReachUdpAndTooLongOnesAreCounted) {
  const auto [socket, port] = listening(SOCK_DGRAM);
  const auto sink =
      make_export_sink(*parse_export_address(fmt::format("syslog+udp://127.0.0.1:{}", port)));
  sink->offer(
      line_text(1, kNoLine, "\"kind\":\"decision\",\"x\":\"" + std::string(70'000, 'x') + '"'));
  sink->offer(line(2));
  EXPECT_THAT(datagram(socket.get()), EndsWith(line(2)));
  EXPECT_EQ(sink->dropped(), 1U);
}

TEST(ExportSink, TcpCountsOctets) {
  const auto [socket, port] = listening(SOCK_STREAM);
  std::string received;
  {
    const auto sink =
        make_export_sink(*parse_export_address(fmt::format("syslog+tcp://127.0.0.1:{}", port)));
    for (std::uint64_t i = 1; i <= 100; ++i)
      sink->offer(line(i, std::string(i * 10, 'x')));
    ASSERT_TRUE(is_readable(socket.get()));
    base::Fd peer(::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
    std::array<std::byte, 4096> chunk{};
    while (received.find("\"n\":100,") == std::string::npos || !received.ends_with('}')) {
      const std::size_t count = base::read_some(peer, chunk).value();
      ASSERT_GT(count, 0U);
      received += base::as_text(std::span(chunk).first(count));
    }
  }
  std::string_view rest = received;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const auto size = base::parse_int<std::size_t>(base::take_until(rest, ' '));
    ASSERT_TRUE(size);
    EXPECT_THAT(std::string(rest.substr(0, *size)), EndsWith(line(i, std::string(i * 10, 'x'))));
    rest.remove_prefix(*size);
  }
  EXPECT_TRUE(rest.empty());
}

TEST(ExportSink, ATargetThatStandsStillHoldsUpNobodyAndTheTrailSaysWhatWasLost) {
  const base::TempDir folder = *base::TempDir::create("portique-export");
  // It accepts connections, and never reads.
  const auto [socket, port] = listening(SOCK_STREAM);
  TrailOptions options;
  options.folder = folder.path() / "trail";
  options.head_age = std::chrono::milliseconds(50);
  options.sinks = {make_export_sink(
      *parse_export_address(fmt::format("syslog+tcp://127.0.0.1:{}", port)), {.queue_lines = 50})};
  {
    const auto trail = FileTrail::open(options).value();
    AuditEvent event;
    event.command = std::string(4000, 'x');
    for (int i = 0; i < 3000; ++i)
      ASSERT_TRUE(trail->append(event));
    EXPECT_GT(options.sinks[0]->dropped(), 0U);
  }
  auto cursor = TrailCursor::open(options.folder).value();
  std::uint64_t said = 0;
  while (const auto text = cursor.next().value()) {
    const auto value = base::parse_json(*text).value();
    const auto* members = base::json_object(&value);
    if (base::json_string(members, "kind") == "export")
      said += static_cast<std::uint64_t>(base::json_integer(members, "dropped").value());
  }
  EXPECT_GT(said, 0U);
  EXPECT_LE(said, options.sinks[0]->dropped());
}

} // namespace
} // namespace portique::access
