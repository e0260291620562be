#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/http_client.h"
#include "portique/base/json.h"
#include "portique/test_support/certificates.h"
#include "portique/test_support/http_server.h"

namespace portique::base {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class HttpClientTest : public ::testing::Test {
protected:
  void SetUp() override {
    std::ofstream(folder_.path() / "file", std::ios::binary) << content_;
    options_.wait = [this](milliseconds pause) { waits_.push_back(pause); };
    options_.stall_timeout = seconds(1);
    options_.retries = 2;
    options_.jitter = 0;
  }

  HttpRequest request(const std::string& url) {
    HttpRequest made;
    made.url = url;
    made.limit = 10'000'000;
    made.sink = [this](Bytes piece) -> Result<void> {
      body_ += as_text(piece);
      return {};
    };
    return made;
  }

  Result<HttpResponse> get(const HttpRequest& made) { return HttpClient(options_).get(made); }

  TempDir folder_ = *TempDir::create("portique-http-test");
  std::string content_ = std::string(300'000, 'a') + std::string(300'000, 'b');
  HttpOptions options_;
  std::vector<milliseconds> waits_;
  std::string body_;
};

#define SERVER PQ_HTTP_SERVER_OR_SKIP(server, folder_.path())

TEST_F(HttpClientTest, StreamsABodyAndGivesItsValidators) {
  SERVER;
  std::uint64_t last_total = 0;
  HttpRequest made = request(server.url("/files/file"));
  made.progress = [&](std::uint64_t, std::uint64_t total) { last_total = total; };
  const auto response = get(made);
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(body_, content_);
  EXPECT_EQ(response->size, content_.size());
  EXPECT_EQ(last_total, content_.size());
  EXPECT_EQ(response->etag.size(), 18U);
  EXPECT_EQ(response->header("accept-ranges"), "bytes");
}

TEST_F(HttpClientTest, AnswersNotModified) {
  SERVER;
  HttpRequest made = request(server.url("/files/file"));
  made.etag = get(made)->etag;
  body_.clear();
  const auto response = get(made);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 304);
  EXPECT_EQ(body_, "");
}

TEST_F(HttpClientTest, RefusesMoreThanTheLimit) {
  SERVER;
  for (const char* path : {"/files/file", "/endless"}) {
    HttpRequest made = request(server.url(path));
    made.limit = 100'000;
    const auto response = get(made);
    ASSERT_FALSE(response) << path;
    EXPECT_EQ(response.error().code(), Code::LimitExceeded);
    EXPECT_LE(body_.size(), 100'000U);
    body_.clear();
  }
  EXPECT_THAT(waits_, ElementsAre()) << "a limit is not retried";
}

TEST_F(HttpClientTest, ResumesABrokenTransfer) {
  SERVER;
  const auto response = get(request(server.url("/broken/2/file")));
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(body_, content_);
  EXPECT_EQ(response->status, 206);
  EXPECT_THAT(waits_, ElementsAre(milliseconds(500), milliseconds(1000)));
}

TEST_F(HttpClientTest, StartsAgainWhereResumingIsImpossible) {
  SERVER;
  HttpRequest made = request(server.url("/cut/1/file"));
  made.restart = [this]() -> Result<void> {
    body_.clear();
    return {};
  };
  const auto response = get(made);
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(body_, content_);
}

TEST_F(HttpClientTest, FailsWhereItCanNeitherResumeNorStartAgain) {
  SERVER;
  const auto response = get(request(server.url("/cut/1/file")));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().text(), HasSubstr("could not be resumed"));
}

TEST_F(HttpClientTest, SaysThatABodyIsShorterThanAnnounced) {
  SERVER;
  const auto response = get(request(server.url("/broken/99/file")));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), Code::Truncated);
}

TEST_F(HttpClientTest, RetriesBusyServers) {
  SERVER;
  EXPECT_TRUE(get(request(server.url("/status/503/2"))));
  EXPECT_EQ(body_, "at last\n");
  EXPECT_THAT(waits_, ElementsAre(milliseconds(500), milliseconds(1000)));
  waits_.clear();
  EXPECT_TRUE(get(request(server.url("/status/429/1?after=7"))));
  EXPECT_THAT(waits_, ElementsAre(milliseconds(7000)));
}

TEST_F(HttpClientTest, GivesUpAfterTheRetries) {
  SERVER;
  const auto response = get(request(server.url("/status/500")));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), Code::Network);
  EXPECT_THAT(response.error().text(), HasSubstr("answered HTTP 500"));
  EXPECT_EQ(waits_.size(), 2U);
  EXPECT_EQ(body_, "") << "an error page is no body";
}

TEST_F(HttpClientTest, DoesNotWaitForHours) {
  SERVER;
  const auto response = get(request(server.url("/status/429?after=7200")));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().text(), HasSubstr("come back in 7200 seconds"));
  EXPECT_THAT(waits_, ElementsAre());
}

TEST_F(HttpClientTest, DoesNotRetryWhatIsWrong) {
  SERVER;
  const auto response = get(request(server.url("/files/absent")));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), Code::NotFound);
  EXPECT_THAT(waits_, ElementsAre());
  const auto sent = HttpClient(options_).send(request(server.url("/status/401")));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->status, 401);
  EXPECT_EQ(sent->error_body, "an error page\n");
}

TEST_F(HttpClientTest, StopsRedirectLoops) {
  SERVER;
  const auto response = get(request(server.url("/loop")));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().text(), HasSubstr("redirects more than 5 times"));
}

TEST_F(HttpClientTest, KeepsHeadersFromOtherOrigins) {
  SERVER;
  PQ_HTTP_SERVER_OR_SKIP(other, folder_.path());

  struct Case {
    std::string to;
    bool carried;
  };

  for (const Case& row : {Case{"/headers", true}, Case{other.url("/headers"), false}}) {
    body_.clear();
    HttpRequest made = request(server.url("/redirect/302?to=" + row.to));
    made.headers = {{"Authorization", "Bearer secret"}, {"Accept", "text/plain"}};
    const auto response = get(made);
    ASSERT_TRUE(response) << response.error().text();
    EXPECT_EQ(body_.find("secret") != std::string::npos, row.carried) << body_;
    EXPECT_THAT(body_, HasSubstr("text/plain"));
  }
}

TEST_F(HttpClientTest, PostsAndKeepsTheMethodOnlyWhereRfc9110Says) {
  SERVER;
  for (const auto& [code, method] : {std::pair("307", "POST"), std::pair("303", "GET")}) {
    body_.clear();
    HttpRequest made = request(server.url(std::string("/redirect/") + code + "?to=/headers"));
    made.method = HttpMethod::Post;
    made.body = "a=b";
    ASSERT_TRUE(get(made));
    EXPECT_THAT(body_, HasSubstr(std::string("\"method\": \"") + method + '"'));
    EXPECT_EQ(body_.find("a=b") != std::string::npos, std::string_view(code) == "307");
  }
}

TEST_F(HttpClientTest, DoesNotPostToAnotherOrigin) {
  SERVER;
  PQ_HTTP_SERVER_OR_SKIP(other, folder_.path());
  HttpRequest made = request(server.url("/redirect/307?to=" + other.url("/headers")));
  made.method = HttpMethod::Post;
  made.body = "refresh_token=secret";
  const auto response = get(made);
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().text(), HasSubstr("which is refused"));
  EXPECT_EQ(body_, "");
}

TEST_F(HttpClientTest, HeadHasNoBody) {
  SERVER;
  HttpRequest made = request(server.url("/files/file"));
  made.method = HttpMethod::Head;
  const auto response = get(made);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->header("content-length"), std::to_string(content_.size()));
  EXPECT_EQ(body_, "");
}

TEST_F(HttpClientTest, BreaksOffSilentServers) {
  SERVER;
  options_.retries = 0;
  for (const char* path : {"/stall", "/silent"}) {
    const auto response = get(request(server.url(path)));
    ASSERT_FALSE(response) << path;
    EXPECT_EQ(response.error().code(), Code::Timeout) << response.error().text();
  }
}

TEST_F(HttpClientTest, RefusesEndlessHeaders) {
  SERVER;
  EXPECT_FALSE(get(request(server.url("/big-header"))));
}

TEST_F(HttpClientTest, ReturnsTheSinksError) {
  SERVER;
  HttpRequest made = request(server.url("/files/file"));
  made.sink = [](Bytes) -> Result<void> { return fail(Code::Io, "disk full"); };
  const auto response = get(made);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), Code::Io);
  EXPECT_EQ(response.error().message(), "disk full");
}

TEST_F(HttpClientTest, RefusesOtherSchemes) {
  const auto response = get(request("file:///etc/passwd"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), Code::InvalidArgument);
}

TEST_F(HttpClientTest, SaysThatNobodyListens) {
  options_.retries = 0;
  const auto response = get(request("http://127.0.0.1:1/"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), Code::Network);
  EXPECT_THAT(response.error().text(), HasSubstr("cannot fetch http://127.0.0.1:1/"));
}

TEST_F(HttpClientTest, TalksOverUnixSockets) {
  options_.unix_socket = folder_.path() / "socket";
  options_.retries = 0;
  EXPECT_FALSE(get(request("http://engine/files/file"))) << "nobody listens yet";
  const auto server =
      test_support::HttpServer::start(folder_.path(), "unix:" + options_.unix_socket.string());
  if (!server) GTEST_SKIP() << "python3 is not installed";
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  const auto response = get(request("http://engine/files/file"));
  ::unsetenv("http_proxy");
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(body_, content_);
}

TEST_F(HttpClientTest, ShowsItsCertificate) {
  if (!test_support::make_certificates(folder_.path())) GTEST_SKIP() << "openssl is not installed";
  const auto server =
      test_support::HttpServer::start(folder_.path(), "tls:" + folder_.path().string());
  if (!server) GTEST_SKIP() << "python3 is not installed";
  options_.retries = 0;
  const auto made = request(server->url("/files/file"));
  EXPECT_FALSE(get(made)) << "a server that the system's authorities do not vouch for";
  options_.tls.authorities = folder_.path() / "ca.pem";
  EXPECT_FALSE(get(made)) << "a client without certificate";
  options_.tls.certificate = folder_.path() / "cert.pem";
  options_.tls.key = folder_.path() / "key.pem";
  const auto response = get(made);
  ASSERT_TRUE(response) << response.error().text();
  EXPECT_EQ(body_, content_);
  options_.tls.authorities.clear();
  options_.tls.verify = false;
  EXPECT_TRUE(get(made));
}

TEST_F(HttpClientTest, TrustsTheNamedAuthorityAlone) {
  if (!test_support::make_certificates(folder_.path())) GTEST_SKIP() << "openssl is not installed";
  const auto server =
      test_support::HttpServer::start(folder_.path(), "tls:" + folder_.path().string());
  if (!server) GTEST_SKIP() << "python3 is not installed";
  options_.retries = 0;
  options_.tls.certificate = folder_.path() / "cert.pem";
  options_.tls.key = folder_.path() / "key.pem";
  options_.tls.authorities = "/etc/ssl/certs/ca-certificates.crt";
  const auto response = get(request(server->url("/files/file")));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), Code::Network);
}

TEST_F(HttpClientTest, GivesUpWhenItIsCancelled) {
  SERVER;
  bool cancelled = false;
  HttpRequest made = request(server.url("/stall"));
  made.cancelled = [&] { return cancelled; };
  made.sink = [&](Bytes) -> Result<void> {
    cancelled = true;
    return {};
  };
  options_.stall_timeout = seconds(30);
  const auto started = std::chrono::steady_clock::now();
  const auto response = get(made);
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().text(), HasSubstr("given up"));
  EXPECT_LT(std::chrono::steady_clock::now() - started, seconds(4));
}

} // namespace
} // namespace portique::base
