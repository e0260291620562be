#include <atomic>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/http/server.h"
#include "portique/test_support/certificates.h"
#include "portique/test_support/raw_client.h"

namespace portique::http {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test_support::RawClient;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A server with a thread that runs it, in a folder of its own.
class Served {
public:
  explicit Served(Handler handler, ServerOptions options = unix_options()) {
    if (auto* local = std::get_if<UnixEndpoint>(&options.endpoint); local && local->path.empty())
      local->path = folder_.path() / "socket";
    auto server = Server::listen(options, std::move(handler));
    if (!server) {
      ADD_FAILURE() << server.error().text();
      return;
    }
    server_ = *std::move(server);
    thread_ = std::jthread([this] { EXPECT_TRUE(server_->run()); });
  }

  ~Served() { stop(); }

  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }

  static ServerOptions unix_options() { return {.endpoint = UnixEndpoint{}}; }

  [[nodiscard]] fs::path socket() const { return folder_.path() / "socket"; }

  Server& server() { return *server_; }

private:
  base::TempDir folder_ = *base::TempDir::create("portique-http");
  std::unique_ptr<Server> server_;
  std::jthread thread_;
};

Response echo(const Request& request) {
  return {.body = request.method + " " + request.target + " [" + request.body + "]"};
}

std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: d\r\n\r\n";
}

std::string last_get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n";
}

TEST(Server, AnswersOnAUnixSocket) {
  const Served served(echo);
  const std::string answer = RawClient::to(served.socket()).ask(last_get("/x?y=1"));
  EXPECT_EQ(answer,
            "HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\nGET /x?y=1 []");
}

TEST(Server, AnswersPipelinedRequestsInTheirOrder) {
  const Served served([](const Request& request) {
    if (request.target == "/slow") std::this_thread::sleep_for(milliseconds(100));
    return echo(request);
  });
  const std::string answer =
      RawClient::to(served.socket())
          .ask(get("/slow") +
               "POST /a HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\n\r\none"
               "POST /b HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n"
               "2\r\ntw\r\n1\r\no\r\n0\r\n\r\n" +
               last_get("/c"));
  const auto slow = answer.find("GET /slow []");
  const auto a = answer.find("POST /a [one]");
  const auto b = answer.find("POST /b [two]");
  const auto c = answer.find("GET /c []");
  ASSERT_NE(c, std::string::npos) << answer;
  EXPECT_LT(slow, a);
  EXPECT_LT(a, b);
  EXPECT_LT(b, c);
}

TEST(Server, TakesARequestByteByByte) {
  const Served served(echo);
  auto client = RawClient::to(served.socket());
  for (const char c : std::string("POST /b HTTP/1.1\r\nHost: d\r\nConnection: close\r\n"
                                  "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"))
    ASSERT_TRUE(client.send(std::string_view(&c, 1)));
  EXPECT_THAT(client.read_all(), EndsWith("POST /b [abc]"));
}

TEST(Server, KnowsTheProcessAtTheOtherEnd) {
  const Served served([](const Request& request) {
    return Response{.body = request.peer.address + " " +
                            std::to_string(request.peer.process.value().pid) + " " +
                            std::to_string(request.peer.process.value().uid)};
  });
  EXPECT_THAT(RawClient::to(served.socket()).ask(last_get("/")),
              EndsWith("unix " + std::to_string(::getpid()) + " " + std::to_string(::getuid())));
}

struct Refused {
  const char* name;
  std::string sent;
  const char* status;
};

TEST(Server, RefusesAndClosesTheConnection) {
  ServerOptions options = Served::unix_options();
  options.head_bytes = 1024;
  options.body_bytes = 100;
  std::atomic<int> handled = 0;
  const Served served(
      [&](const Request& request) {
        ++handled;
        return echo(request);
      },
      options);
  const std::vector<Refused> cases{
      {"no host", "GET / HTTP/1.1\r\n\r\n", "400"},
      {"line feed alone", "GET / HTTP/1.1\nHost: d\n\n", "400"},
      {"both lengths",
       "POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
       "0\r\n\r\n",
       "400"},
      {"coding", "POST / HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: gzip\r\n\r\n", "501"},
      {"long head", "GET /" + std::string(2000, 'a') + " HTTP/1.1\r\nHost: d\r\n\r\n", "431"},
      {"long body", "POST / HTTP/1.1\r\nHost: d\r\nContent-Length: 101\r\n\r\n", "413"},
      {"long chunked body",
       "POST / HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" +
           std::string(101, 'a') + "\r\n0\r\n\r\n",
       "413"},
      {"trailer",
       "POST / HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n",
       "400"},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"},
      {"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 12), "400"},
  };
  for (const Refused& wrong : cases) {
    // A request that would be served if the refused one had been understood otherwise.
    auto client = RawClient::to(served.socket());
    client.send(wrong.sent + get("/smuggled"));
    client.finish_writing();
    const std::string answer = client.read_all();
    EXPECT_THAT(answer, StartsWith(std::string("HTTP/1.1 ") + wrong.status)) << wrong.name;
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n")) << wrong.name;
  }
  EXPECT_EQ(handled, 0);
}

TEST(Server, InvitesTheBodyThatWaits) {
  const Served served(echo);
  auto client = RawClient::to(served.socket());
  client.send("POST / HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\nConnection: close\r\n"
              "Content-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_THAT(client.read_all(), EndsWith("[ok]"));
}

TEST(Server, SendsNoBodyWhereThereMustBeNone) {
  const Served served([](const Request& request) {
    return Response{.status = request.target == "/204" ? 204 : 200, .body = "body"};
  });
  const std::string head = RawClient::to(served.socket())
                               .ask("HEAD /x HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head, EndsWith("Content-Length: 4\r\nConnection: close\r\n\r\n"));
  const std::string empty = RawClient::to(served.socket()).ask(last_get("/204"));
  EXPECT_EQ(empty, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

TEST(Server, ServesOldClients) {
  const Served served(echo);
  auto client = RawClient::to(served.socket());
  EXPECT_THAT(client.ask("GET /old HTTP/1.0\r\n\r\n"), EndsWith("GET /old []"));
}

TEST(Server, ClosesConnectionsThatSayNothing) {
  ServerOptions options = Served::unix_options();
  options.idle_timeout = seconds(1);
  options.request_timeout = seconds(1);
  const Served served(echo, options);
  auto silent = RawClient::to(served.socket());
  auto slow = RawClient::to(served.socket());
  slow.send("GET / HTTP/1.1\r\nHo");
  const auto begin = std::chrono::steady_clock::now();
  std::jthread drip([&] {
    for (int i = 0; i < 20 && slow.send("s"); ++i)
      std::this_thread::sleep_for(milliseconds(200));
  });
  EXPECT_TRUE(silent.closed_within(seconds(4)));
  EXPECT_TRUE(slow.closed_within(seconds(4)));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(4));
}

TEST(Server, SurvivesAHandlerThatThrows) {
  const Served served([](const Request& request) -> Response {
    if (request.target == "/throw") throw std::runtime_error("secret");
    return {.body = "alive"};
  });
  auto client = RawClient::to(served.socket());
  client.send(get("/throw"));
  const std::string answer = client.read_until("handled");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(answer, Not(HasSubstr("secret")));
  EXPECT_THAT(client.ask(last_get("/")), EndsWith("alive"));
}

TEST(Server, NeverSendsAHeaderThatWouldBeTwo) {
  const Served served([](const Request&) {
    return Response{.headers = {{"X", "a\r\nSet-Cookie: b"}}, .body = "body"};
  });
  const std::string answer = RawClient::to(served.socket()).ask(last_get("/"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
}

TEST(Server, AnswersForAHandlerThatIsLate) {
  ServerOptions options = Served::unix_options();
  options.handler_limit = [] { return milliseconds(200); };
  options.late_answer = {.status = 200, .body = "late"};
  std::atomic<bool> finished = false;
  const Served served(
      [&](const Request& request) {
        if (request.target == "/stuck") std::this_thread::sleep_for(seconds(1));
        finished = true;
        return Response{.body = "in time"};
      },
      options);
  auto client = RawClient::to(served.socket());
  client.send(get("/stuck"));
  EXPECT_THAT(client.read_until("late"), EndsWith("late"));
  EXPECT_FALSE(finished);
  EXPECT_THAT(client.ask(last_get("/")), EndsWith("in time"));
}

TEST(Server, AsksTheHandlerForWhatIsNotAnsweredAtOnce) {
  ServerOptions options = Served::unix_options();
  options.at_once = [](const Request& request) -> std::optional<Response> {
    if (request.target == "/broken") throw std::runtime_error("bad luck");
    if (request.target == "/quick") return Response{.body = "at once"};
    return std::nullopt;
  };
  const Served served(echo, options);
  auto client = RawClient::to(served.socket());
  client.send(get("/quick"));
  EXPECT_THAT(client.read_until("at once"), EndsWith("at once"));
  client.send(get("/broken"));
  EXPECT_THAT(client.read_until("handled\n"), StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(client.ask(last_get("/other")), EndsWith("GET /other []"));
}

TEST(Server, FinishesWhatWasBegunWhenItStops) {
  std::atomic<bool> begun = false;
  auto served = std::make_unique<Served>([&](const Request& request) {
    begun = true;
    std::this_thread::sleep_for(milliseconds(500));
    return echo(request);
  });
  auto idle = RawClient::to(served->socket());
  auto client = RawClient::to(served->socket());
  client.send(get("/last"));
  while (!begun)
    std::this_thread::sleep_for(milliseconds(5));
  std::jthread stopping([&] { served->stop(); });
  EXPECT_TRUE(idle.closed_within(milliseconds(400)));
  EXPECT_THAT(client.read_all(), EndsWith("GET /last []"));
  stopping.join();
  EXPECT_FALSE(fs::exists(served->socket()));
}

TEST(Server, ServesManyClientsAtATime) {
  ServerOptions options = Served::unix_options();
  options.connections = 64; // fewer than there are clients: the others wait
  const Served served(echo, options);
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 16; ++i)
      clients.emplace_back([&] {
        for (int k = 0; k < 50; ++k) {
          auto client = RawClient::to(served.socket());
          client.send(get("/one"));
          if (!client.read_until("GET /one []").ends_with("GET /one []")) continue;
          if (client.ask(last_get("/two")).ends_with("GET /two []")) ++good;
        }
      });
  }
  EXPECT_EQ(good, 16 * 50);
}

TEST(Server, ReplacesASocketThatNobodyServes) {
  const auto folder = *base::TempDir::create("portique-http");
  const fs::path path = folder.path() / "socket";
  ServerOptions options{.endpoint = UnixEndpoint{.path = path, .mode = 0600}};
  {
    // What a killed process leaves: the file, and nobody behind it.
    const auto listening = Server::listen(options, echo);
    ASSERT_TRUE(listening);
    fs::create_hard_link(path, folder.path() / "kept");
  }
  ASSERT_FALSE(fs::exists(path));
  fs::rename(folder.path() / "kept", path);
  const auto second = Server::listen(options, echo);
  ASSERT_TRUE(second) << second.error().text();
  struct stat status{};

  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const auto third = Server::listen(options, echo);
  ASSERT_FALSE(third);
  EXPECT_THAT(third.error().text(), HasSubstr("another process listens"));
}

TEST(Server, KeepsAFileThatIsNoSocket) {
  const auto folder = *base::TempDir::create("portique-http");
  const fs::path path = folder.path() / "file";
  std::ofstream(path) << "precious";
  const auto server = Server::listen({.endpoint = UnixEndpoint{.path = path}}, echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(*base::read_file(path, 100), "precious");
}

TEST(Server, RefusesWhatItCannotListenOn) {
  EXPECT_FALSE(Server::listen({.endpoint = UnixEndpoint{.path = std::string(200, 'a')}}, echo));
  EXPECT_FALSE(Server::listen({.endpoint = TcpEndpoint{.address = "localhost:80"}}, echo));
  const auto folder = *base::TempDir::create("portique-http");
  const auto group = Server::listen(
      {.endpoint = UnixEndpoint{.path = folder.path() / "s", .group = "no-such-group"}}, echo);
  ASSERT_FALSE(group);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

/// curl as a TLS client; what it printed, or "exit N".
std::string curl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"curl", "-sS", "--max-time", "10"});
  const auto output = base::run_program(arguments);
  if (!output) return output.error().text();
  return output->exit_status == 0 ? output->out : "exit " + std::to_string(output->exit_status);
}

class TlsServer : public testing::Test {
protected:
  void SetUp() override {
    if (!test_support::make_certificates(folder_.path())) GTEST_SKIP() << "no openssl program";
    served_ = std::make_unique<Served>(
        [](const Request& request) {
          if (!request.peer.certificate) return Response{.body = "nobody"};
          return Response{.body = request.peer.certificate->common_name + " " +
                                  request.peer.certificate->fingerprint + " " +
                                  request.peer.address};
        },
        ServerOptions{.endpoint =
                          TcpEndpoint{.tls = TlsFiles{.certificate = file("server.pem"),
                                                      .key = file("server.key"),
                                                      .client_authorities = file("ca.pem")}}});
    url_ = "https://127.0.0.1:" + std::to_string(served_->server().port()) + "/";
  }

  [[nodiscard]] std::string file(const char* name) const {
    return (folder_.path() / name).string();
  }

  base::TempDir folder_ = *base::TempDir::create("portique-http");
  std::unique_ptr<Served> served_;
  std::string url_;
};

TEST_F(TlsServer, KnowsTheClientsCertificate) {
  const std::string answer = curl(
      {"--cacert", file("ca.pem"), "--cert", file("cert.pem"), "--key", file("key.pem"), url_});
  const auto oracle = base::run_program(
      {"openssl", "x509", "-in", file("cert.pem"), "-noout", "-fingerprint", "-sha256"});
  std::string fingerprint = oracle->out.substr(oracle->out.find('=') + 1);
  std::erase_if(fingerprint, [](char c) { return c == ':' || c == '\n'; });
  EXPECT_THAT(answer, StartsWith("cert.pem "));
  EXPECT_THAT(answer, testing::ContainsRegex(" 127.0.0.1:[0-9]+$"));
  for (char& c : fingerprint)
    c = static_cast<char>(std::tolower(c));
  EXPECT_THAT(answer, HasSubstr(fingerprint));
}

TEST_F(TlsServer, LetsNobodyInWithoutACertificateOfItsAuthority) {
  EXPECT_THAT(curl({"--cacert", file("ca.pem"), url_}), StartsWith("exit "));
  const auto others = *base::TempDir::create("portique-http");
  ASSERT_TRUE(test_support::make_certificates(others.path()));
  EXPECT_THAT(curl({"--cacert",
                    file("ca.pem"),
                    "--cert",
                    others.path() / "cert.pem",
                    "--key",
                    others.path() / "key.pem",
                    url_}),
              StartsWith("exit "));
  // Made for servers, not for clients.
  EXPECT_THAT(curl({"--cacert",
                    file("ca.pem"),
                    "--cert",
                    file("server.pem"),
                    "--key",
                    file("server.key"),
                    url_}),
              StartsWith("exit "));
}

TEST_F(TlsServer, RefusesOldVersions) {
  EXPECT_THAT(curl({"--tls-max",
                    "1.1",
                    "--cacert",
                    file("ca.pem"),
                    "--cert",
                    file("cert.pem"),
                    "--key",
                    file("key.pem"),
                    url_}),
              StartsWith("exit "));
}

TEST_F(TlsServer, TakesNewCertificatesWithoutARestart) {
  const auto fresh = *base::TempDir::create("portique-http");
  ASSERT_TRUE(test_support::make_certificates(fresh.path()));
  const std::vector<std::string> new_client{"--cacert",
                                            fresh.path() / "ca.pem",
                                            "--cert",
                                            fresh.path() / "cert.pem",
                                            "--key",
                                            fresh.path() / "key.pem",
                                            url_};
  EXPECT_THAT(curl(new_client), StartsWith("exit "));
  std::ofstream(folder_.path() / "server.pem") << "not a certificate";
  EXPECT_FALSE(served_->server().reload_certificates());
  EXPECT_THAT(
      curl(
          {"--cacert", file("ca.pem"), "--cert", file("cert.pem"), "--key", file("key.pem"), url_}),
      StartsWith("cert.pem "));
  for (const char* name : {"ca.pem", "server.pem", "server.key"})
    fs::copy_file(fresh.path() / name, folder_.path() / name, fs::copy_options::overwrite_existing);
  ASSERT_TRUE(served_->server().reload_certificates());
  EXPECT_THAT(curl(new_client), StartsWith("cert.pem "));
}

TEST_F(TlsServer, SurvivesClientsThatSpeakNoTls) {
  auto client = RawClient::to(served_->server().port());
  client.send("GET / HTTP/1.1\r\nHost: d\r\n\r\n");
  EXPECT_TRUE(client.closed_within(seconds(5)));
  EXPECT_THAT(
      curl(
          {"--cacert", file("ca.pem"), "--cert", file("cert.pem"), "--key", file("key.pem"), url_}),
      StartsWith("cert.pem "));
}

} // namespace

} // namespace portique::http
