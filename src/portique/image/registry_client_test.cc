#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/text.h"
#include "portique/image/registry_client.h"
#include "portique/image/registry_test_support.h"

namespace portique::image {
namespace {

using base::Code;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::string kSecret = "secret";
const std::string kLogin = R"({"auth":")" + base::to_base64("user:" + kSecret) + R"("})";

class RegistryClientTest : public RegistryTest {
protected:
  base::Result<std::unique_ptr<RegistryClient>> open(const std::string& kind) const {
    return RegistryClient::open(reference(kind), options_);
  }

  base::Result<FetchedManifest> manifest(const std::string& kind) const {
    return PQ_TRY(open(kind))->manifest("1");
  }

  void expect_error(const std::string& kind, const std::string& hint) const {
    const auto fetched = manifest(kind);
    ASSERT_FALSE(fetched) << kind;
    EXPECT_THAT(fetched.error().text(), HasSubstr(hint)) << kind;
    EXPECT_THAT(fetched.error().text(), Not(HasSubstr(kSecret))) << kind;
  }

  void expect_manifest(const std::string& kind) const {
    const auto fetched = manifest(kind);
    ASSERT_TRUE(fetched) << kind << ": " << fetched.error().text();
    EXPECT_EQ(fetched->media_type, "application/vnd.oci.image.manifest.v1+json");
    EXPECT_EQ(base::digest_of(base::as_bytes(fetched->bytes)), fetched->digest);
  }
};

TEST_F(RegistryClientTest, GetsManifestsByTagAndDigest) {
  const auto client = open("good");
  ASSERT_TRUE(client);
  const auto by_tag = (*client)->manifest("1");
  ASSERT_TRUE(by_tag) << by_tag.error().text();
  const auto by_digest = (*client)->manifest(by_tag->digest.text());
  ASSERT_TRUE(by_digest);
  EXPECT_EQ(by_digest->bytes, by_tag->bytes);
  const auto wrong = open("wrong-manifest").value()->manifest(by_tag->digest.text());
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code(), Code::DigestMismatch);
}

TEST_F(RegistryClientTest, GetsAnonymousTokens) {
  expect_manifest("token");
  EXPECT_THAT(logged({"GET /token/token?service=test&scope=repository"}), SizeIs(1));
  EXPECT_THAT(logged({"GET /token/", "authorization="}), IsEmpty());
}

TEST_F(RegistryClientTest, ATokenServesUntilItIsRefused) {
  const auto client = open("token");
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE((*client)->manifest("1"));
  EXPECT_THAT(logged({"/token/token?"}), SizeIs(1));
  EXPECT_THAT(logged({"/manifests/"}), SizeIs(4)) << "only the first without";
  const auto forgetful = open("token-short");
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE((*forgetful)->manifest("1")) << i;
  EXPECT_THAT(logged({"/token/token-short?"}), SizeIs(3)) << "each does for two requests";
}

TEST_F(RegistryClientTest, SendsTheLoginToTheTokenServer) {
  expect_error("token-private", "or it needs a login");
  log_in(kLogin);
  expect_manifest("token-private");
  log_in(R"({"username":"user","password":"guess"})");
  expect_error("token-private", "does not accept the login from");
}

TEST_F(RegistryClientTest, ExchangesARefreshToken) {
  log_in(R"({"identitytoken":"refresh"})");
  expect_manifest("token-private");
  EXPECT_THAT(logged({"POST /token/token-private"}), SizeIs(1));
  log_in(R"({"identitytoken":"secret"})");
  expect_error("token-private", "does not accept the login from");
}

TEST_F(RegistryClientTest, LogsInByBasicAuthentication) {
  expect_error("basic", "docker login " + server_->host());
  log_in(kLogin);
  expect_manifest("basic");
  EXPECT_THAT(logged({"/basic/", "authorization="}), SizeIs(1));
  log_in(R"({"username":"user","password":"guess"})");
  expect_error("basic", "does not accept the login from");
  EXPECT_THAT(logged({"/basic/", "authorization="}), SizeIs(2)) << "not tried again and again";
}

TEST_F(RegistryClientTest, CredentialsOfOthersAreNotSent) {
  base::write_file_atomically(root_.path() / "config.json",
                              R"({"auths":{"docker.io":)" + kLogin + R"(,"127.0.0.1":)" + kLogin +
                                  R"(,")" + server_->host() + R"(/other":)" + kLogin + "}}")
      .value();
  expect_error("basic", "or it needs a login");
  EXPECT_THAT(logged({"authorization="}), IsEmpty());
}

TEST_F(RegistryClientTest, ATokenServerMayBeElsewhere) {
  log_in(kLogin);
  expect_manifest("token-elsewhere");
  EXPECT_THAT(logged({server_->other_host(), "/token/", "authorization=Basic"}), SizeIs(1));
}

TEST_F(RegistryClientTest, RefusesTokensThatAreNone) {
  expect_error("token-huge", "larger than 262144 bytes");
  expect_error("token-header", "no usable token");
  expect_error("token-never", "or it needs a login");
  EXPECT_THAT(logged({"/token/token-never"}), SizeIs(2));
  expect_error("negotiate", "a kind that is not known here (negotiate)");
}

TEST_F(RegistryClientTest, ErrorsDoNotRepeatWhatWasSent) {
  log_in(R"({"registrytoken":"secret"})");
  expect_error("denied", "(HTTP 403, DENIED)");
  log_in(kLogin);
  expect_error("denied", "(HTTP 403, DENIED)");
}

TEST_F(RegistryClientTest, AsksMirrorsFirst) {
  // The registry itself is absent: all comes from the mirror.
  const Reference absent = parse_reference("127.0.0.1:1/good/app:1").value();
  options_.http.retries = 0;
  options_.mirrors = {"127.0.0.1:1=http://" + server_->host()};
  const auto client = RegistryClient::open(absent, options_);
  ASSERT_TRUE(client) << client.error().text();
  EXPECT_TRUE((*client)->manifest("1"));
  EXPECT_THAT(logged({"/v2/good/app/manifests/1"}), SizeIs(1));
}

TEST_F(RegistryClientTest, FallsBackFromMirrorsThatFail) {
  options_.http.retries = 0;
  options_.mirrors = {server_->host() + "=http://127.0.0.1:1",
                      server_->host() + "=http://" + server_->other_host() + "/prefix",
                      "elsewhere.example=https://127.0.0.1:1"};
  const auto client = open("good");
  ASSERT_TRUE(client) << client.error().text();
  const auto fetched = (*client)->manifest("1");
  ASSERT_TRUE(fetched) << fetched.error().text();
  EXPECT_THAT(logged({server_->other_host() + " GET /prefix/v2/good/app/manifests/1"}), SizeIs(1));
  EXPECT_THAT(logged({server_->host() + " GET /v2/good/app/manifests/1"}), SizeIs(1));
}

TEST_F(RegistryClientTest, TheDaemonsMirrorsServeDockerHub) {
  base::write_file_atomically(options_.daemon_config,
                              R"({"registry-mirrors":["http://)" + server_->host() + R"("]})")
      .value();
  const auto client = RegistryClient::open(parse_reference("good/app:1").value(), options_);
  ASSERT_TRUE(client);
  EXPECT_TRUE((*client)->manifest("1"));
  EXPECT_THAT(logged({"/v2/good/app/manifests/1"}), SizeIs(1));
}

TEST_F(RegistryClientTest, PlainHttpIsForLoopbackAndWhoIsNamed) {
  options_.mirrors = {"http://mirror.example"};
  const Reference nginx = parse_reference("nginx").value();
  const auto refused = RegistryClient::open(nginx, options_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::InvalidArgument);
  EXPECT_THAT(refused.error().text(), HasSubstr("--insecure mirror.example"));
  for (const char* name : {"mirror.example", "MIRROR.example:80"}) {
    options_.insecure = {name};
    EXPECT_TRUE(RegistryClient::open(nginx, options_)) << name;
  }
  for (const char* name : {"mirror.example:81", "example"}) {
    options_.insecure = {name};
    EXPECT_FALSE(RegistryClient::open(nginx, options_)) << name;
  }
  options_.mirrors = {"https://user:secret@mirror.example"};
  const auto named = RegistryClient::open(nginx, options_);
  ASSERT_FALSE(named);
  EXPECT_THAT(named.error().text(), Not(HasSubstr("secret")));
}

TEST_F(RegistryClientTest, GoesThroughAProxyButNotToLoopback) {
  ::setenv("HTTP_PROXY", ("http://" + server_->host()).c_str(), 1);
  ::setenv("HTTPS_PROXY", ("http://" + server_->host()).c_str(), 1);
  options_.insecure = {"registry.test:8080"};
  const auto proxied =
      RegistryClient::open(parse_reference("registry.test:8080/good/app:1").value(), options_);
  const auto fetched = (*proxied)->manifest("1");
  expect_manifest("good");
  ::unsetenv("HTTP_PROXY");
  ::unsetenv("HTTPS_PROXY");
  ASSERT_TRUE(fetched) << fetched.error().text();
  EXPECT_THAT(logged({"GET http://registry.test:8080/v2/good/app/manifests/1"}), SizeIs(1));
  EXPECT_THAT(logged({" GET /v2/good/app/manifests/1"}), SizeIs(1));
}

TEST_F(RegistryClientTest, SpeaksHttpsWhereTheServerDoes) {
  const auto folder = root_.path() / "certs.d";
  std::filesystem::create_directories(folder);
  if (!start_server(folder)) GTEST_SKIP() << "openssl is not installed";
  expect_manifest("good");
  expect_manifest("token");
  expect_error("token-plain", "by plain http, which is refused");
  log_in(kLogin);
  expect_error("token-elsewhere", "by plain http, which is refused");
  EXPECT_THAT(logged({server_->other_host(), "/token/"}), IsEmpty());
  const auto client = open("elsewhere");
  const auto fetched = (*client)->manifest("1");
  ASSERT_TRUE(fetched) << fetched.error().text();
  std::string digest = fetched->bytes.substr(fetched->bytes.rfind("sha256:"), 71);
  const auto blob = (*client)->blob(base::Digest::parse(digest).value(), 1 << 20);
  ASSERT_FALSE(blob) << "a redirect from https to http";
  EXPECT_THAT(blob.error().text(), HasSubstr("plain http"));

  options_.certificates = root_.path() / "none";
  expect_error("good", "the certificate of 127.0.0.1 cannot be verified");
  options_.insecure = {server_->host()};
  expect_manifest("good");
}

TEST_F(RegistryClientTest, BlobsInMemoryAreVerifiedAndBounded) {
  const auto client = open("good");
  const auto fetched = (*client)->manifest("1");
  const auto digest =
      base::Digest::parse(fetched->bytes.substr(fetched->bytes.rfind("sha256:"), 71)).value();
  const auto blob = (*client)->blob(digest, 1 << 20);
  ASSERT_TRUE(blob) << blob.error().text();
  EXPECT_EQ(*blob, second_tar());
  EXPECT_EQ((*client)->blob(digest, blob->size()).value().size(), blob->size());
  EXPECT_EQ((*client)->blob(digest, 100).error().code(), Code::LimitExceeded);
  EXPECT_EQ(open("wrong-digest").value()->blob(digest, 1 << 20).error().code(),
            Code::DigestMismatch);
}

TEST_F(RegistryClientTest, StopsWhileItWaits) {
  options_.http.wait = nullptr;
  options_.http.back_off = std::chrono::seconds(30);
  const auto client = open("error");
  std::thread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    (*client)->stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE((*client)->manifest("1"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  stopper.join();
}

} // namespace
} // namespace portique::image
