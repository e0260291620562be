// The guard in front of an engine that a test plays: what goes through, byte by byte, and what does
// not.

#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "portique/access/guard/guard.h"
#include "portique/access/guard/guard_test_support.h"
#include "portique/base/run_program.h"
#include "portique/test_support/certificates.h"
#include "portique/test_support/raw_client.h"

namespace portique::access {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test_support::RawClient;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// One connection of the guard to the engine, seen from the engine.
class EngineSide {
public:
  explicit EngineSide(int socket) : socket_(socket) {}

  /// Reads until the text has come; all that came so far.
  std::string until(std::string_view text) {
    while (got_.find(text) == std::string::npos)
      if (!more()) break;
    return got_;
  }

  /// Reads until the guard has finished writing.
  std::string until_end() {
    while (more()) {
    }
    return got_;
  }

  void forget() { got_.clear(); }

  bool say(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t size = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }

  void finish() { ::shutdown(socket_.get(), SHUT_WR); }

  /// Whether the guard closes the connection altogether.
  bool is_left() {
    pollfd waiting{.fd = socket_.get(), .events = 0, .revents = 0};
    return ::poll(&waiting, 1, 5000) > 0 && (waiting.revents & POLLHUP) != 0;
  }

private:
  bool more() {
    pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 5000) <= 0) return false;
    std::string bytes(64U << 10U, '\0');
    const ssize_t size = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (size <= 0) return false;
    got_.append(bytes, 0, static_cast<std::size_t>(size));
    return true;
  }

  base::Fd socket_;
  std::string got_;
};

/// Plays an engine: every connection is one call of `play`, on a thread of its own.
class PlayedEngine {
public:
  explicit PlayedEngine(std::function<void(EngineSide&)> play) : play_(std::move(play)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().native().copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(
        ::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listening_.get(), 100), 0);
    acceptor_ = std::jthread([this] { accept(); });
  }

  ~PlayedEngine() { ::shutdown(listening_.get(), SHUT_RDWR); }

  PlayedEngine(const PlayedEngine&) = delete;
  PlayedEngine& operator=(const PlayedEngine&) = delete;

  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "engine.sock"; }

  [[nodiscard]] int connections() const { return connections_; }

private:
  void accept() {
    std::vector<std::jthread> sides;
    while (true) {
      const int client = ::accept(listening_.get(), nullptr, nullptr);
      if (client < 0) return;
      ++connections_;
      sides.emplace_back([this, client] {
        EngineSide side(client);
        play_(side);
      });
    }
  }

  base::TempDir folder_ = *base::TempDir::create("portique-engine");
  std::function<void(EngineSide&)> play_;
  base::Fd listening_{::socket(AF_UNIX, SOCK_STREAM, 0)};
  std::atomic<int> connections_ = 0;
  std::jthread acceptor_;
};

GuardOptions before(const PlayedEngine& engine) {
  return {.endpoint = http::UnixEndpoint{}, .engine = engine.path()};
}

std::string ok(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

/// Answers every request that has no body with its own head as text.
void echo_heads(EngineSide& side) {
  while (true) {
    const std::string head = side.until("\r\n\r\n");
    if (!head.ends_with("\r\n\r\n")) return;
    side.forget();
    side.say(ok(head));
  }
}

const std::string kGet = "GET /v1.41/info HTTP/1.1\r\nHost: docker\r\nX-Odd:  kept \r\n\r\n";

TEST(Guard, PassesRequestsOnByteForByteOverOneConnection) {
  const PlayedEngine engine(echo_heads);
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    EXPECT_EQ(client.read_until(kGet), ok(kGet));
  }
  EXPECT_EQ(engine.connections(), 1);
  ASSERT_EQ(judge.asked().size(), 3);
  EXPECT_EQ(judge.asked()[0].target, "/v1.41/info");
  EXPECT_EQ(judge.asked()[0].body_state, BodyState::Empty);
}

TEST(Guard, JudgesEveryPipelinedRequest) {
  const PlayedEngine engine(echo_heads);
  StandInJudge judge;
  judge.allows = [](const EngineRequest& request) { return request.target != "/no"; };
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  client.send("GET /a HTTP/1.1\r\nHost: d\r\n\r\nGET /no HTTP/1.1\r\nHost: d\r\n\r\n"
              "GET /b HTTP/1.1\r\nHost: d\r\n\r\n");
  const std::string answer = client.read_until("GET /b HTTP/1.1\r\nHost: d\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("GET /a"));
  EXPECT_THAT(answer, HasSubstr("HTTP/1.1 403 Forbidden\r\n"));
  EXPECT_THAT(answer,
              HasSubstr(R"({"message":"authorization denied by portique: the test says no"})"));
  EXPECT_THAT(answer, HasSubstr("GET /b"));
  EXPECT_EQ(judge.asked().size(), 3);
}

TEST(Guard, KnowsTheCaller) {
  const PlayedEngine engine(echo_heads);
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  client.send(kGet);
  client.read_until(kGet);
  const Identity caller = judge.caller();
  EXPECT_EQ(caller.proof, Proof::Socket);
  EXPECT_EQ(caller.user, ::getpwuid(::getuid())->pw_name);
  EXPECT_EQ(caller.local.value().pid, ::getpid());
}

TEST(Guard, ShowsTheWholeBodyToTheJudgeAndSendsItAsItCame) {
  const std::string chunked = "POST /containers/create HTTP/1.1\r\nHost: d\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n"
                              "5;x=y\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n";
  const PlayedEngine engine([&](EngineSide& side) {
    side.say(ok(side.until("\r\n0\r\n\r\n") == chunked ? "same" : "other"));
    side.until_end();
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  client.send(chunked);
  EXPECT_THAT(client.read_until("same"), EndsWith("same"));
  ASSERT_EQ(judge.asked().size(), 1);
  EXPECT_EQ(judge.asked()[0].body, "{\"a\":1}");
  EXPECT_EQ(judge.asked()[0].body_state, BodyState::Whole);
}

TEST(Guard, RefusesABodyThatIsTooLongToBeJudged) {
  const PlayedEngine engine(echo_heads);
  StandInJudge judge;
  GuardOptions options = before(engine);
  options.body_bytes = 100;
  const RunningGuard guard(options, judge);
  const std::string head = "POST /containers/create HTTP/1.1\r\nHost: d\r\n";
  EXPECT_THAT(RawClient::to(guard.socket()).ask(head + "Content-Length: 101\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(RawClient::to(guard.socket())
                  .ask(head + "Transfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'a')),
              StartsWith("HTTP/1.1 413"));
  EXPECT_TRUE(judge.asked().empty());
  EXPECT_EQ(engine.connections(), 0);
}

TEST(Guard, BoundsAllBodiesTogether) {
  const PlayedEngine engine([](EngineSide& side) {
    side.until("   ");
    side.say(ok("done"));
    side.until_end();
  });
  StandInJudge judge;
  GuardOptions options = before(engine);
  options.all_bodies_bytes = 1000;
  const RunningGuard guard(options, judge);
  const std::string head = "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 600\r\n"
                           "\r\n";
  auto first = RawClient::to(guard.socket());
  first.send(head + "half");
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_THAT(RawClient::to(guard.socket()).ask(head), StartsWith("HTTP/1.1 503"));
  first.send(std::string(596, ' '));
  EXPECT_THAT(first.read_until("done"), StartsWith("HTTP/1.1 200"));
}

TEST(Guard, LetsABodyFlowThatIsNotNeeded) {
  const std::size_t size = 8U << 20U;
  const PlayedEngine engine([&](EngineSide& side) {
    const std::string got = side.until("THE END");
    side.say(ok(std::to_string(got.size() - got.find("\r\n\r\n") - 4)));
    side.until_end();
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  std::string body(size - 7, 'x');
  body += "THE END";
  client.send("POST /images/load HTTP/1.1\r\nHost: d\r\nContent-Length: " + std::to_string(size) +
              "\r\n\r\n");
  client.send(body);
  EXPECT_THAT(client.read_until(std::to_string(size)), EndsWith(std::to_string(size)));
  EXPECT_EQ(judge.asked()[0].body_state, BodyState::Streamed);
  EXPECT_TRUE(judge.asked()[0].body.empty());
}

struct Smuggled {
  const char* name;
  std::string bytes;
};

TEST(Guard, LetsNothingThroughThatHasTwoMeanings) {
  std::atomic<bool> reached = false;
  const PlayedEngine engine([&](EngineSide& side) {
    if (side.until("SMUGGLED").find("SMUGGLED") != std::string::npos) reached = true;
  });
  StandInJudge judge;
  judge.allows = [](const EngineRequest& request) {
    return request.target.find("SMUGGLED") == std::string::npos;
  };
  const RunningGuard guard(before(engine), judge);
  const std::string hidden = "GET /SMUGGLED HTTP/1.1\r\nHost: d\r\n\r\n";
  const std::string post = "POST /images/load HTTP/1.1\r\nHost: d\r\n";
  const std::vector<Smuggled> cases{
      {"CL.TE", post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden},
      {"CL.CL", post + "Content-Length: 0\r\nContent-Length: 40\r\n\r\n" + hidden},
      {"TE.TE",
       post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n" + hidden},
      {"bare line feed in a chunk", post + "Transfer-Encoding: chunked\r\n\r\n0\n\n" + hidden},
      {"chunk extension", post + "Transfer-Encoding: chunked\r\n\r\n1;\n0\r\n\r\n" + hidden},
      {"trailer",
       post + "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 1\r\n\r\n" + hidden},
      {"upgrade where there is none",
       "POST /containers/json HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n" +
           hidden},
      {"upgrade to HTTP/2 where there is none",
       "GET /info HTTP/1.1\r\nHost: d\r\nConnection: Upgrade, HTTP2-Settings\r\n"
       "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n" +
           hidden},
      {"HTTP/2 with prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden},
      {"HTTP/0.9", "GET /SMUGGLED\r\n"},
      {"denied body", "POST /SMUGGLED HTTP/1.1\r\nHost: d\r\nContent-Length: 400\r\n\r\n" + hidden},
  };
  for (const Smuggled& row : cases) {
    auto client = RawClient::to(guard.socket());
    client.send(row.bytes);
    client.finish_writing();
    const std::string answer = client.read_all();
    // Refused, or closed without a word because there never was a whole head.
    EXPECT_THAT(answer, testing::MatchesRegex("(HTTP/1.1 (400|403|431|501|502)(.|\n)*)?"))
        << row.name;
  }
  EXPECT_FALSE(reached);
}

TEST(Guard, ClosesAfterADenialWhileABodyIsOutstanding) {
  const PlayedEngine engine(echo_heads);
  StandInJudge judge;
  judge.allows = [](const EngineRequest&) { return false; };
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  client.send("POST /images/load HTTP/1.1\r\nHost: d\r\nContent-Length: 1000\r\n\r\nsome");
  const std::string answer = client.read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(engine.connections(), 0);
}

TEST(Guard, PassesAnswersOfEveryFraming) {
  const std::vector<std::string> answers{
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n"
      "3\r\nabc\r\n0\r\nX: y\r\n\r\n",
      "HTTP/1.1 204 No Content\r\n\r\n",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  };
  std::string all;
  for (const std::string& answer : answers)
    all += answer;
  const PlayedEngine engine([&](EngineSide& side) {
    for (const std::string& answer : answers) {
      side.until("\r\n\r\n");
      side.forget();
      for (const char c : answer) // in pieces, as a network would
        side.say(std::string_view(&c, 1));
    }
    side.until_end();
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  for (std::size_t i = 0; i < answers.size(); ++i)
    client.send(kGet);
  EXPECT_EQ(client.read_until("hello"), all);
  EXPECT_EQ(engine.connections(), 1);
}

TEST(Guard, KnowsThatAnswersToHeadHaveNoBody) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n";
  const PlayedEngine engine([&](EngineSide& side) {
    side.until("\r\n\r\n");
    side.forget();
    side.say(head);
    side.until("\r\n\r\n");
    side.say(ok("second"));
    side.until_end();
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  client.send("HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), head);
  client.send(kGet);
  EXPECT_EQ(client.read_until("second"), ok("second"));
}

TEST(Guard, PassesAnAnswerThatEndsWithTheConnection) {
  const std::string answer = "HTTP/1.0 200 OK\r\n\r\nuntil the end";
  const PlayedEngine engine([&](EngineSide& side) {
    side.until("\r\n\r\n");
    side.say(answer);
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  EXPECT_EQ(RawClient::to(guard.socket()).ask("GET /x HTTP/1.0\r\n\r\n"), answer);
}

TEST(Guard, CutsAnAnswerThatTheEngineCut) {
  const PlayedEngine engine([&](EngineSide& side) {
    side.until("\r\n\r\n");
    side.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  EXPECT_THAT(RawClient::to(guard.socket()).ask(kGet), EndsWith("\r\n\r\n5\r\nab"));
}

TEST(Guard, PassesInterimAnswers) {
  const PlayedEngine engine([&](EngineSide& side) {
    side.until("\r\n\r\n");
    side.say("HTTP/1.1 100 Continue\r\n\r\n");
    side.until("body");
    side.say(ok("done"));
    side.until_end();
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  for (const char* target : {"/images/load", "/containers/create"}) {
    auto client = RawClient::to(guard.socket());
    client.send("POST " + std::string(target) +
                " HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    // One invitation, whoever gives it.
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n") << target;
    client.send("body");
    EXPECT_EQ(client.read_until("done"), ok("done")) << target;
  }
}

const std::string kAttach = "POST /v1.41/containers/x/attach?stream=1 HTTP/1.1\r\nHost: d\r\n"
                            "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
const std::string kUpgraded =
    "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

TEST(Guard, PassesUpgradedStreamsBothWaysAndTheirEnds) {
  const PlayedEngine engine([&](EngineSide& side) {
    side.until("\r\n\r\n");
    side.forget();
    side.say(kUpgraded + "first");
    // All of the input has come when the client says so; there is more output behind that.
    const std::string input = side.until_end();
    side.say("[" + input + "]");
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  client.send(kAttach + "early ");
  EXPECT_EQ(client.read_until("first"), kUpgraded + "first");
  client.send(kGet); // nobody's request: it is part of the stream
  client.finish_writing();
  EXPECT_EQ(client.read_all(), "[early " + kGet + "]");
  EXPECT_EQ(judge.asked().size(), 1);
}

TEST(Guard, PassesStreamsOfOldClients) {
  const std::string hijacked =
      "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n";
  const PlayedEngine engine([&](EngineSide& side) {
    side.until("\r\n\r\n");
    side.forget();
    side.say(hijacked);
    side.say("[" + side.until_end() + "]");
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  client.send("POST /exec/1/start HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(client.read_until("\r\n\r\n"), hijacked);
  client.send("input");
  client.finish_writing();
  EXPECT_EQ(client.read_all(), "[input]");
}

TEST(Guard, PassesInputThatEndedBeforeTheStreamBegan) {
  const PlayedEngine engine([&](EngineSide& side) {
    side.until("{}");
    side.forget();
    std::this_thread::sleep_for(milliseconds(100));
    side.say(kUpgraded);
    side.say("[" + side.until_end() + "]");
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  client.send("POST /exec/1/start HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
              "Content-Length: 2\r\n\r\n{}input");
  client.finish_writing();
  EXPECT_EQ(client.read_all(), kUpgraded + "[input]");
}

TEST(Guard, GoesOnWithHttpIfTheEngineDoesNotUpgrade) {
  const PlayedEngine engine([&](EngineSide& side) {
    side.until("\r\n\r\n");
    side.forget();
    side.say("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
    echo_heads(side);
  });
  StandInJudge judge;
  judge.allows = [](const EngineRequest& request) { return request.target != "/denied"; };
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  // Sent in the hope of an upgrade; as there is none, it is a request like any other.
  client.send(kAttach + "GET /denied HTTP/1.1\r\nHost: d\r\n\r\n");
  const std::string answer = client.read_until("test says no");
  EXPECT_THAT(answer, HasSubstr("404 Not Found"));
  EXPECT_THAT(answer, HasSubstr("403 Forbidden"));
}

/// Cuts a connection as soon as the word has come.
class WordInspector final : public StreamInspector {
public:
  base::Result<void> on_client_bytes(std::string_view bytes) override {
    return look(client_, bytes);
  }

  base::Result<void> on_engine_bytes(std::string_view bytes) override {
    return look(engine_, bytes);
  }

private:
  static base::Result<void> look(std::string& seen, std::string_view bytes) {
    seen += bytes;
    if (seen.find("forbidden") != std::string::npos)
      return base::fail(base::Code::InvalidArgument, "a forbidden word");
    return {};
  }

  std::string client_;
  std::string engine_;
};

TEST(Guard, CutsWhatAnInspectorRefuses) {
  std::atomic<bool> reached = false;
  const PlayedEngine engine([&](EngineSide& side) {
    const std::string head = side.until("\r\n\r\n");
    if (head.starts_with("POST /v1.41/containers/x/attach")) side.say(kUpgraded);
    if (side.until_end().find("dden") != std::string::npos) reached = true;
  });
  StandInJudge judge;
  const RunningGuard guard(
      before(engine), judge, [](const EngineRequest&, const Identity&, const Ruling&) {
        return std::make_unique<WordInspector>();
      });
  auto upgraded = RawClient::to(guard.socket());
  upgraded.send(kAttach);
  EXPECT_EQ(upgraded.read_until("\r\n\r\n"), kUpgraded);
  upgraded.send("forbi");
  std::this_thread::sleep_for(milliseconds(50));
  upgraded.send("dden");
  EXPECT_TRUE(upgraded.closed_within(seconds(5)));
  // In a body the word is found although chunks part it.
  auto body = RawClient::to(guard.socket());
  body.send("POST /build HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n"
            "5\r\nforbi\r\n4\r\ndden\r\n0\r\n\r\n");
  const std::string answer = body.read_all();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(answer, HasSubstr("a forbidden word"));
  EXPECT_FALSE(reached);
}

TEST(Guard, TellsTheJudgeWhatWasMadeBeforeTheClientKnows) {
  const PlayedEngine engine([&](EngineSide& side) {
    side.until("{}");
    side.say("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
             "6\r\n{\"Id\":\r\n4\r\n\"x\"}\r\n0\r\n\r\n");
    side.until_end();
  });
  StandInJudge judge;
  judge.wants_answers = true;
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  client.send("POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_THAT(client.read_until("0\r\n\r\n"), StartsWith("HTTP/1.1 201"));
  const auto told = judge.completed_calls();
  ASSERT_EQ(told.size(), 1);
  EXPECT_EQ(told[0].first, 201);
  EXPECT_EQ(told[0].second, "{\"Id\":\"x\"}");
}

TEST(Guard, GivesAPassToWhatAPluginIsAskedAbout) {
  PassBook passes;
  std::string word;
  std::string without;
  const PlayedEngine engine([&](EngineSide& side) {
    std::string head = side.until("\r\n\r\n");
    const std::string line = std::string(kPassHeader) + ": ";
    const std::size_t at = head.find(line);
    if (at != std::string::npos) {
      const std::size_t end = head.find("\r\n", at);
      word = head.substr(at + line.size(), end - at - line.size());
      without = head.erase(at, end + 2 - at);
    }
    // The first request is asked about, the second one is not.
    const bool is_good = word.size() == 32 && passes.redeem(word, "GET", "/v1.41/info");
    side.forget();
    side.say(ok(is_good ? "good" : "bad"));
    side.until("\r\n\r\n");
    side.say(ok("second"));
    side.until_end();
  });
  StandInJudge judge;
  GuardOptions options = before(engine);
  options.passes = &passes;
  const RunningGuard guard(options, judge);
  auto client = RawClient::to(guard.socket());
  client.send(kGet);
  EXPECT_THAT(client.read_until("good"), EndsWith("good"));
  EXPECT_EQ(without, kGet);
  client.send("GET /second HTTP/1.1\r\nHost: d\r\n\r\n");
  EXPECT_THAT(client.read_until("second"), EndsWith("second"));
  EXPECT_FALSE(passes.redeem(word, "GET", "/v1.41/info"));
}

TEST(Guard, DeniesWhenNoDecisionComesInTime) {
  const PlayedEngine engine(echo_heads);
  StandInJudge judge;
  judge.allows = [](const EngineRequest& request) {
    if (request.target == "/slow") std::this_thread::sleep_for(milliseconds(800));
    return true;
  };
  judge.limit = milliseconds(100);
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  client.send("GET /slow HTTP/1.1\r\nHost: d\r\n\r\n");
  EXPECT_THAT(client.read_until("in time"), StartsWith("HTTP/1.1 403"));
  EXPECT_EQ(engine.connections(), 0);
  client.send(kGet);
  EXPECT_EQ(client.read_until(kGet), ok(kGet));
}

TEST(Guard, EndsTheEnginesWorkWhenTheClientIsGone) {
  std::atomic<bool> noticed = false;
  const PlayedEngine engine([&](EngineSide& side) {
    side.until("\r\n\r\n");
    side.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n");
    side.until_end(); // nothing more is said: events of a quiet engine
    noticed = true;
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  {
    auto client = RawClient::to(guard.socket());
    client.send("GET /events HTTP/1.1\r\nHost: d\r\n\r\n");
    client.read_until("hi\r\n");
  }
  for (int i = 0; i < 100 && !noticed; ++i)
    std::this_thread::sleep_for(milliseconds(20));
  EXPECT_TRUE(noticed);
}

TEST(Guard, LeavesAStreamWhoseClientIsGoneThoughTheEngineIsSilent) {
  std::atomic<int> left = 0;
  const PlayedEngine engine([&](EngineSide& side) {
    side.until("\r\n\r\n");
    side.say(kUpgraded);
    side.until_end();
    left = side.is_left() ? 1 : -1;
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  {
    auto client = RawClient::to(guard.socket());
    client.send(kAttach);
    client.read_until(kUpgraded);
  }
  for (int i = 0; i < 300 && left == 0; ++i)
    std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(left, 1);
}

TEST(Guard, HoldsTheEngineBackWhenTheClientDoesNotRead) {
  std::atomic<std::size_t> sent = 0;
  constexpr std::size_t kSize = 64U << 20U;
  const PlayedEngine engine([&](EngineSide& side) {
    side.until("\r\n\r\n");
    side.say("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kSize) + "\r\n\r\n");
    const std::string piece(64U << 10U, 'x');
    while (sent < kSize && side.say(piece))
      sent += piece.size();
    side.until_end();
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  client.send("GET /images/get HTTP/1.1\r\nHost: d\r\n\r\n");
  std::this_thread::sleep_for(milliseconds(500));
  EXPECT_LT(sent, kSize / 8);
  std::size_t got = client.read_until("\r\n\r\n").size();
  while (got < kSize) {
    const std::string bytes = client.read_until("x");
    if (bytes.empty()) break;
    got += bytes.size();
  }
  EXPECT_GE(got, kSize);
}

TEST(Guard, SaysThatTheEngineIsAwayAndFindsItAgain) {
  auto engine = std::make_unique<PlayedEngine>(echo_heads);
  StandInJudge judge;
  const RunningGuard guard(before(*engine), judge);
  const auto path = engine->path();
  auto client = RawClient::to(guard.socket());
  client.send(kGet);
  EXPECT_EQ(client.read_until(kGet), ok(kGet));
  const auto hidden = path.parent_path() / "hidden";
  std::filesystem::rename(path, hidden);
  auto other = RawClient::to(guard.socket());
  other.send(kGet);
  EXPECT_THAT(other.read_until("reached"), StartsWith("HTTP/1.1 502"));
  std::filesystem::rename(hidden, path);
  other.send(kGet);
  EXPECT_THAT(other.read_until(kGet), EndsWith(ok(kGet)));
}

TEST(Guard, UsesAFreshConnectionWhenTheEngineEndedTheOldOne) {
  const PlayedEngine engine([&](EngineSide& side) {
    const std::string head = side.until("\r\n\r\n");
    side.say(ok(head)); // and closes
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  auto client = RawClient::to(guard.socket());
  for (int i = 0; i < 5; ++i) {
    client.send(kGet);
    EXPECT_EQ(client.read_until(kGet), ok(kGet));
    std::this_thread::sleep_for(milliseconds(30));
  }
  EXPECT_EQ(engine.connections(), 5);
}

TEST(Guard, RefusesAnswersThatCannotBeUnderstood) {
  const PlayedEngine engine([&](EngineSide& side) {
    side.until("\r\n\r\n");
    side.say("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
    side.until_end();
  });
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  EXPECT_THAT(RawClient::to(guard.socket()).ask(kGet), StartsWith("HTTP/1.1 502"));
}

TEST(Guard, ServesManyClientsAtATime) {
  const PlayedEngine engine(echo_heads);
  StandInJudge judge;
  const RunningGuard guard(before(engine), judge);
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 16; ++i)
      clients.emplace_back([&] {
        auto client = RawClient::to(guard.socket());
        for (int k = 0; k < 100; ++k) {
          client.send(kGet);
          if (client.read_until(kGet) == ok(kGet)) ++good;
        }
      });
  }
  EXPECT_EQ(good, 16 * 100);
}

TEST(Guard, RefusesEndpointsThatWouldTellItNothing) {
  StandInJudge judge;
  GuardOptions options{.endpoint = http::TcpEndpoint{}};
  EXPECT_FALSE(Guard::listen(options, judge));
  options.endpoint = http::TcpEndpoint{.tls = http::TlsFiles{.certificate = "a", .key = "b"}};
  EXPECT_FALSE(Guard::listen(options, judge));
  options.endpoint = http::UnixEndpoint{.path = "/tmp/../run/docker.sock"};
  options.engine = "/run/docker.sock";
  EXPECT_FALSE(Guard::listen(options, judge));
}

TEST(Guard, KnowsCallersByTheirCertificate) {
  const auto folder = *base::TempDir::create("portique-guard");
  if (!test_support::make_certificates(folder.path())) GTEST_SKIP() << "no openssl program";
  const PlayedEngine engine(echo_heads);
  StandInJudge judge;
  GuardOptions options = before(engine);
  options.endpoint =
      http::TcpEndpoint{.tls = http::TlsFiles{.certificate = folder.path() / "server.pem",
                                              .key = folder.path() / "server.key",
                                              .client_authorities = folder.path() / "ca.pem"}};
  RunningGuard guard(options, judge);
  const auto output =
      base::run_program({"curl",
                         "-sS",
                         "--cacert",
                         folder.path() / "ca.pem",
                         "--cert",
                         folder.path() / "cert.pem",
                         "--key",
                         folder.path() / "key.pem",
                         "https://127.0.0.1:" + std::to_string(guard.guard().port()) + "/info"});
  ASSERT_TRUE(output);
  EXPECT_THAT(output->out, StartsWith("GET /info HTTP/1.1\r\n")) << output->err;
  EXPECT_EQ(judge.caller().proof, Proof::Certificate);
  EXPECT_EQ(judge.caller().user, "cert.pem");
  EXPECT_EQ(judge.caller().certificate.size(), 64);
  EXPECT_THAT(judge.caller().address, StartsWith("127.0.0.1:"));
}

} // namespace

} // namespace portique::access
