#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "portique/base/file.h"
#include "portique/image/registry_credentials.h"

namespace portique::image {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Sets a variable of the environment for the time of a test.
class Variable {
public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }

  ~Variable() {
    if (before_)
      ::setenv(name_, before_->c_str(), 1);
    else
      ::unsetenv(name_);
  }

  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

private:
  const char* name_;
  std::optional<std::string> before_;
};

class RegistryCredentialsTest : public ::testing::Test {
protected:
  fs::path write(const std::string& name, std::string_view content) const {
    const fs::path path = root_.path() / name;
    std::ofstream(path) << content;
    return path;
  }

  /// A helper in PATH that is this shell script; $server is what it is asked for.
  void helper(const std::string& name, const std::string& script) const {
    const fs::path path = write("docker-credential-" + name,
                                "#!/bin/sh\nread server\n[ \"$1\" = get ] || exit 9\n" + script);
    fs::permissions(path, fs::perms::owner_all);
  }

  /// "user:password" or the problem.
  std::string found(std::string_view registry, std::string_view repository = "org/app") const {
    const FoundCredentials found = RegistryCredentials(files_).find(registry, repository);
    if (!found.credentials) return "none " + found.problem;
    const Credentials& credentials = *found.credentials;
    return credentials.user + ":" + credentials.password + credentials.identity_token;
  }

  base::TempDir root_ = *base::TempDir::create("portique-credentials");
  Variable path_{"PATH", root_.path().string() + ":" + std::getenv("PATH")};
  std::vector<fs::path> files_;
};

TEST_F(RegistryCredentialsTest, TheFirstFileWithAFittingEntryDecides) {
  files_ = {root_.path() / "absent.json",
            write("one.json", R"({"auths":{"ghcr.io":{"username":"one","password":"1"}}})"),
            write("two.json",
                  R"({"auths":{"ghcr.io":{"username":"two","password":"2"},
                               "quay.io/org":{"username":"team","password":"3"}}})")};
  EXPECT_EQ(found("ghcr.io"), "one:1");
  EXPECT_EQ(found("quay.io"), "team:3");
  EXPECT_EQ(found("quay.io", "other/app"), "none ");
  EXPECT_EQ(found("ghcr.io.example"), "none ");
}

TEST_F(RegistryCredentialsTest, WhatIsBrokenIsAProblemOnlyWhereNothingElseFits) {
  files_ = {write("broken.json", "{"), write("auth.json", R"({"auths":{"a.example":{"auth":"%%%"},
                                            "b.example":{"username":"b","password":"p"}}})")};
  EXPECT_EQ(found("b.example"), "b:p");
  EXPECT_THAT(found("a.example"), HasSubstr("is not base64 of user:password"));
  EXPECT_THAT(found("c.example"), HasSubstr("broken.json: not valid JSON"));
}

TEST_F(RegistryCredentialsTest, AsksHelpers) {
  helper("echo", R"(echo "{\"Username\":\"$server\",\"Secret\":\"s\"}")");
  helper("token", R"(echo '{"Username":"<token>","Secret":"refresh"}')");
  helper("none", "echo 'credentials not found in native keychain'; exit 1");
  files_ = {write("config.json", R"({
    "credHelpers": {"gcr.io":"echo", "tok.example":"token", "off.example":""},
    "credsStore": "none",
    "auths": {"off.example":{"username":"file","password":"f"},
              "left.example":{"username":"left","password":"l"}}})")};
  EXPECT_EQ(found("gcr.io"), "gcr.io:s");
  EXPECT_EQ(found("tok.example"), ":refresh");
  EXPECT_EQ(found("off.example"), "file:f") << "an empty helper switches the store off";
  EXPECT_EQ(found("left.example"), "left:l") << "what the store lacks may be in the file";
  EXPECT_EQ(found("docker.io"), "none ");
}

TEST_F(RegistryCredentialsTest, DockerHubGoesByItsOldUrlInHelpers) {
  helper("echo", R"(echo "{\"Username\":\"$server\",\"Secret\":\"s\"}")");
  files_ = {write("config.json", R"({"credsStore":"echo"})")};
  EXPECT_EQ(found("docker.io"), "https://index.docker.io/v1/:s");
}

TEST_F(RegistryCredentialsTest, AHelperThatFailsIsAProblemWithoutItsWords) {
  helper("fails", "echo 'secret words'; echo 'secret error' >&2; exit 3");
  helper("garbles", "echo 'secret words'");
  files_ = {
      write("config.json", R"({"credHelpers":{"a":"fails","b":"garbles","c":"portique-absent"}})")};
  for (const auto& [registry, hint] :
       {std::pair{"a", "docker-credential-fails failed with status 3"},
        {"b", "docker-credential-garbles gave an answer"},
        {"c", "there is no program docker-credential-portique-absent"}}) {
    EXPECT_THAT(found(registry), HasSubstr(hint));
    EXPECT_THAT(found(registry), ::testing::Not(HasSubstr("secret")));
  }
}

TEST_F(RegistryCredentialsTest, LooksWhereDockerAndPodmanDo) {
  const Variable home("HOME", "/home/x");
  const Variable runtime("XDG_RUNTIME_DIR", "/run/x");
  const Variable config("XDG_CONFIG_HOME", "");
  const std::string run = "/run/containers/" + std::to_string(::getuid()) + "/auth.json";
  {
    const Variable docker("DOCKER_CONFIG", "");
    const Variable file("REGISTRY_AUTH_FILE", "");
    EXPECT_THAT(RegistryCredentials::usual_files(),
                ElementsAre("/home/x/.docker/config.json",
                            "/run/x/containers/auth.json",
                            run,
                            "/home/x/.config/containers/auth.json"));
  }
  const Variable docker("DOCKER_CONFIG", "/etc/d");
  {
    const Variable file("REGISTRY_AUTH_FILE", "");
    EXPECT_EQ(RegistryCredentials::usual_files().front(), "/etc/d/config.json");
  }
  const Variable file("REGISTRY_AUTH_FILE", "/a.json");
  EXPECT_THAT(RegistryCredentials::usual_files(), ElementsAre("/a.json"));
}

} // namespace
} // namespace portique::image
