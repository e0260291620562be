#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/image/docker_endpoint.h"

namespace portique::image {
namespace {

namespace fs = std::filesystem;
using base::Code;
using ::testing::HasSubstr;

const base::Limits kLimits;

/// Runs with a home of its own and none of the variables that choose an engine.
class EndpointTest : public ::testing::Test {
protected:
  void SetUp() override {
    for (const char* name : kVariables) {
      const char* value = std::getenv(name);
      before_.emplace_back(name,
                           value == nullptr ? std::nullopt : std::optional<std::string>(value));
      ::unsetenv(name);
    }
    set("HOME", home_.path().string());
  }

  void TearDown() override {
    for (const auto& [name, value] : before_) {
      if (value)
        ::setenv(name, value->c_str(), 1);
      else
        ::unsetenv(name);
    }
  }

  static void set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }

  [[nodiscard]] fs::path write(const fs::path& relative, std::string_view content) const {
    const fs::path file = home_.path() / relative;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << content;
    return file;
  }

  /// A context as `docker context create` writes it.
  void add_context(const std::string& name, std::string_view meta) const {
    const std::string id(base::digest_of(base::as_bytes(name)).hex());
    (void)write(".docker/contexts/meta/" + id + "/meta.json", meta);
  }

  static constexpr std::array kVariables{"HOME",
                                         "DOCKER_HOST",
                                         "DOCKER_CONTEXT",
                                         "DOCKER_CONFIG",
                                         "DOCKER_TLS",
                                         "DOCKER_TLS_VERIFY",
                                         "DOCKER_CERT_PATH",
                                         "CONTAINER_HOST",
                                         "XDG_RUNTIME_DIR"};
  base::TempDir home_ = *base::TempDir::create("portique-endpoint");
  std::vector<std::pair<const char*, std::optional<std::string>>> before_;
};

TEST_F(EndpointTest, ReadsAddresses) {
  const base::HttpTls with_tls{.authorities = "/ca.pem"};

  struct Case {
    const char* address;
    bool tls;
    const char* origin;
    const char* socket;
  };

  for (const Case& row : {
           Case{"unix:///run/docker.sock", false, "http://engine", "/run/docker.sock"},
           Case{"tcp://10.0.0.1", false, "http://10.0.0.1:2375", ""},
           Case{"tcp://10.0.0.1", true, "https://10.0.0.1:2376", ""},
           Case{"tcp://build.example:99/", true, "https://build.example:99", ""},
           Case{"tcp://[::1]", false, "http://[::1]:2375", ""},
           Case{"tcp://[::1]:4243", false, "http://[::1]:4243", ""},
           Case{"http://a:1", true, "http://a:1", ""}, // plain was asked for
           Case{"https://a", false, "https://a:2376", ""},
       }) {
    const auto endpoint = parse_engine_address(row.address, row.tls ? with_tls : base::HttpTls{});
    ASSERT_TRUE(endpoint) << row.address << ": " << endpoint.error().text();
    EXPECT_EQ(endpoint->origin, row.origin) << row.address;
    EXPECT_EQ(endpoint->unix_socket, row.socket) << row.address;
    EXPECT_EQ(endpoint->address, row.address);
    EXPECT_EQ(!endpoint->tls.authorities.empty(), endpoint->origin.starts_with("https") && row.tls);
  }
}

TEST_F(EndpointTest, RefusesWhatIsNoAddress) {
  for (const auto& [address, code, sentence] :
       {std::tuple{"ssh://root@host", Code::Unsupported, "ssh -L"},
        std::tuple{"npipe:////./pipe/docker", Code::Unsupported, "not supported"},
        std::tuple{"fd://", Code::Unsupported, "not supported"},
        std::tuple{"", Code::InvalidArgument, "is no address"},
        std::tuple{"/run/docker.sock", Code::InvalidArgument, "is no address"},
        std::tuple{"unix://", Code::InvalidArgument, "names no socket"},
        std::tuple{"unix://run/docker.sock", Code::InvalidArgument, "names no socket"},
        std::tuple{"tcp://", Code::InvalidArgument, "is no address"},
        std::tuple{"tcp://host/path", Code::InvalidArgument, "is no address"},
        std::tuple{"tcp://user@host", Code::InvalidArgument, "is no address"},
        std::tuple{"gopher://x", Code::InvalidArgument, "is no address"}}) {
    const auto endpoint = parse_engine_address(address, {});
    ASSERT_FALSE(endpoint) << address;
    EXPECT_EQ(endpoint.error().code(), code) << address;
    EXPECT_THAT(endpoint.error().text(), HasSubstr(sentence)) << address;
  }
  const auto long_path = parse_engine_address("unix:///" + std::string(200, 'a'), {});
  ASSERT_FALSE(long_path);
  EXPECT_THAT(long_path.error().text(), HasSubstr("longer than the 107 bytes"));
}

TEST_F(EndpointTest, TheUsualSocketIsTheLastResort) {
  const auto endpoint = docker_endpoint(kLimits);
  ASSERT_TRUE(endpoint) << endpoint.error().text();
  EXPECT_EQ(endpoint->unix_socket, "/var/run/docker.sock");
  EXPECT_EQ(endpoint->chosen_by, "");
}

TEST_F(EndpointTest, ARootlessSocketIsFound) {
  if (fs::exists("/var/run/docker.sock")) GTEST_SKIP() << "a daemon of the system is there";
  set("XDG_RUNTIME_DIR", home_.path().string());
  EXPECT_EQ(docker_endpoint(kLimits)->unix_socket, "/var/run/docker.sock");
  const fs::path socket = write("docker.sock", "");
  EXPECT_EQ(docker_endpoint(kLimits)->unix_socket, socket);
}

TEST_F(EndpointTest, TheEnvironmentChoosesAndNamesCertificates) {
  set("DOCKER_HOST", "tcp://127.0.0.1:2376");
  add_context("remote", R"({"Endpoints":{"docker":{"Host":"tcp://elsewhere"}}})");
  set("DOCKER_CONTEXT", "remote"); // as with Docker's client, the host wins
  auto endpoint = docker_endpoint(kLimits);
  ASSERT_TRUE(endpoint) << endpoint.error().text();
  EXPECT_EQ(endpoint->origin, "http://127.0.0.1:2376");
  EXPECT_EQ(endpoint->chosen_by, "DOCKER_HOST");

  set("DOCKER_TLS_VERIFY", "1");
  endpoint = docker_endpoint(kLimits);
  EXPECT_EQ(endpoint->origin, "https://127.0.0.1:2376") << "the system's authorities";
  EXPECT_TRUE(endpoint->tls.verify);

  const fs::path authority = write(".docker/ca.pem", "");
  EXPECT_EQ(docker_endpoint(kLimits)->tls.authorities, authority);

  const fs::path certificate = write("certs/cert.pem", "");
  const fs::path key = write("certs/key.pem", "");
  set("DOCKER_CERT_PATH", (home_.path() / "certs").string());
  endpoint = docker_endpoint(kLimits);
  EXPECT_EQ(endpoint->tls.authorities, "");
  EXPECT_EQ(endpoint->tls.certificate, certificate);
  EXPECT_EQ(endpoint->tls.key, key);

  ::unsetenv("DOCKER_TLS_VERIFY");
  set("DOCKER_TLS", "1");
  endpoint = docker_endpoint(kLimits);
  EXPECT_EQ(endpoint->origin, "https://127.0.0.1:2376");
  EXPECT_FALSE(endpoint->tls.verify);
}

TEST_F(EndpointTest, ContextsAreThoseOfDockersClient) {
  add_context("build", R"({"Name":"build","Metadata":{},"Endpoints":{
    "docker":{"Host":"tcp://build.example:2376","SkipTLSVerify":false}}})");
  const std::string id(base::digest_of(base::as_bytes("build")).hex());
  const fs::path tls = ".docker/contexts/tls/" + id + "/docker";
  const fs::path authority = write(tls / "ca.pem", "");
  const fs::path key = write(tls / "key.pem", "");

  (void)write(".docker/config.json", R"({"auths":{},"currentContext":"build"})");
  auto endpoint = docker_endpoint(kLimits);
  ASSERT_TRUE(endpoint) << endpoint.error().text();
  EXPECT_EQ(endpoint->origin, "https://build.example:2376");
  EXPECT_EQ(endpoint->tls.authorities, authority);
  EXPECT_EQ(endpoint->tls.key, key);
  EXPECT_EQ(endpoint->chosen_by, "the context 'build'");

  set("DOCKER_CONTEXT", "default");
  EXPECT_EQ(docker_endpoint(kLimits)->unix_socket, "/var/run/docker.sock");

  set("DOCKER_CONTEXT", "gone");
  const auto gone = docker_endpoint(kLimits);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code(), Code::NotFound);
  EXPECT_THAT(gone.error().text(), HasSubstr("there is no Docker context 'gone'"));
}

TEST_F(EndpointTest, SkippingVerificationIsTheContextsToSay) {
  add_context("lab", R"({"Endpoints":{"docker":{"Host":"tcp://lab:1","SkipTLSVerify":true}}})");
  set("DOCKER_CONTEXT", "lab");
  const auto endpoint = docker_endpoint(kLimits);
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->origin, "https://lab:1");
  EXPECT_FALSE(endpoint->tls.verify);
}

TEST_F(EndpointTest, BrokenConfigurationIsSaidAndNotPassedOver) {
  const fs::path config = write(".docker/config.json", "{");
  const auto endpoint = docker_endpoint(kLimits);
  ASSERT_FALSE(endpoint);
  EXPECT_THAT(endpoint.error().text(), HasSubstr(config.string()));

  add_context("empty", R"({"Endpoints":{}})");
  set("DOCKER_CONTEXT", "empty");
  EXPECT_THAT(docker_endpoint(kLimits).error().text(), HasSubstr("names no host"));
  add_context("remote", R"({"Endpoints":{"docker":{"Host":"ssh://a"}}})");
  set("DOCKER_CONTEXT", "remote");
  EXPECT_THAT(docker_endpoint(kLimits).error().text(), HasSubstr("the context 'remote'"));
}

TEST_F(EndpointTest, PodmanHasItsOwnPlaces) {
  if (fs::exists("/run/podman/podman.sock")) GTEST_SKIP() << "a service of the system is there";
  EXPECT_EQ(podman_endpoint()->unix_socket, "/run/podman/podman.sock");
  set("XDG_RUNTIME_DIR", home_.path().string());
  EXPECT_EQ(podman_endpoint()->unix_socket, "/run/podman/podman.sock");
  const fs::path socket = write("podman/podman.sock", "");
  EXPECT_EQ(podman_endpoint()->unix_socket, socket);
  set("CONTAINER_HOST", "unix:///x");
  EXPECT_EQ(podman_endpoint()->unix_socket, "/x");
  EXPECT_EQ(podman_endpoint()->chosen_by, "CONTAINER_HOST");
  set("CONTAINER_HOST", "ssh://core@localhost:1/run/podman/podman.sock");
  EXPECT_EQ(podman_endpoint().error().code(), Code::Unsupported);
}

} // namespace
} // namespace portique::image
