#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/go/go_packages.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> rows(const GoBuildInfo& info) {
  Analysis analysis;
  add_go_packages(info, analysis);
  std::vector<std::string> out;
  for (const model::Package& p : analysis.packages) {
    EXPECT_EQ(p.type, "golang");
    out.push_back((p.ns.empty() ? p.name : p.ns + '|' + p.name) + ' ' + p.version);
  }
  return out;
}

GoBuildInfo built(std::string path, std::string version, std::string flags = "") {
  return {.go_version = "go1.22.3",
          .path = path + "/cmd/tool",
          .main = GoDependency{{std::move(path), std::move(version), ""}, std::nullopt},
          .linker_flags = std::move(flags)};
}

TEST(GoPackages, NameTheMainModuleItsDependenciesAndTheLibrary) {
  GoBuildInfo info = built("example.net/team/app", "v1.9.0");
  info.dependencies = {
      {{"example.com/dep", "v1.2.3", "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}, {}},
      {{"toplevel", "v0.1.0", ""}, {}},
  };
  Analysis analysis;
  add_go_packages(info, analysis);
  ASSERT_EQ(analysis.packages.size(), 4U);
  const model::Package want{
      .type = "golang",
      .ns = "example.com",
      .name = "dep",
      .version = "v1.2.3",
      .hashes = {"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
  };
  EXPECT_EQ(analysis.packages[1], want);
  EXPECT_EQ(analysis.packages[0].name, "app");
  EXPECT_THAT(analysis.packages[0].dependencies,
              ElementsAre("example.com/dep@v1.2.3", "toplevel@v0.1.0", "stdlib@1.22.3"));
  EXPECT_THAT(rows(info),
              ElementsAre("example.net/team|app v1.9.0",
                          "example.com|dep v1.2.3",
                          "toplevel v0.1.0",
                          "stdlib 1.22.3"));
}

TEST(GoPackages, TakeWhatWasBuiltInPlaceOfAModule) {
  GoBuildInfo info = built("a.example/app", "v1.0.0");
  info.dependencies = {
      {{"b.example/one", "v1.0.0", ""}, GoModule{"c.example/fork", "v1.0.1", "h1:x"}},
      {{"b.example/two", "v1.2.0", ""}, GoModule{"./local", "", ""}},
      {{"b.example/three", "v0.0.0", ""}, GoModule{"./staging/three", "(devel)", ""}},
      {{"b.example/four", "v1.4.0", ""}, GoModule{"/build/four", "", ""}},
      {{"b.example/five", "(devel)", ""}, {}},
  };
  EXPECT_THAT(rows(info),
              ElementsAre("a.example|app v1.0.0",
                          "c.example|fork v1.0.1",
                          "b.example|two v1.2.0",
                          "b.example|three ",
                          "b.example|four v1.4.0",
                          "b.example|five ",
                          "stdlib 1.22.3"));
}

TEST(GoPackages, ReadTheLanguagesVersion) {
  const struct {
    std::string_view built_with;
    std::string_view version;
  } rows_of[] = {
      {"go1.22.3", "1.22.3"},
      {"go1.21", "1.21"},
      {"go1.22rc1", "1.22rc1"},
      {"go1.22.3 X:boringcrypto", "1.22.3"},
      {"devel go1.23-4f6c2d Mon Jan 1 00:00:00 2024 +0000", "1.23-4f6c2d"},
      {"devel +abc", ""},
      {"", ""},
  };

  for (const auto& row : rows_of)
    EXPECT_EQ(rows({.go_version = std::string(row.built_with)}).back(),
              "stdlib " + std::string(row.version))
        << row.built_with;
}

TEST(GoPackages, KnowTheToolchain) {
  EXPECT_THAT(rows({.go_version = "go1.22.3", .path = "cmd/go"}),
              ElementsAre("stdlib 1.22.3", "toolchain 1.22.3"));
  EXPECT_THAT(rows({.go_version = "go1.22.3", .path = "cmd/vet"}), ElementsAre("stdlib 1.22.3"));
}

TEST(GoPackages, NameProgramsWithoutModulesByTheirPath) {
  const struct {
    std::string_view path;
    std::string_view module;
  } rows_of[] = {
      {"github.com/docker/cli/cmd/docker", "github.com/docker|cli "},
      {"github.com/tianon/gosu", "github.com/tianon|gosu "},
      {"github.com/caddyserver/caddy/v2/cmd/caddy", "github.com/caddyserver/caddy|v2 "},
      {"github.com/a/b/vendor", "github.com/a|b "},
      {"gitlab.com/a/b/v1/x", "gitlab.com/a|b "},
      {"k8s.io/kubernetes/cmd/kubectl", "k8s.io|kubernetes "},
      {"go.etcd.io/etcd", "go.etcd.io|etcd "},
  };

  for (const auto& row : rows_of)
    EXPECT_EQ(rows({.go_version = "go1.19", .path = std::string(row.path)}).front(), row.module);
  EXPECT_THAT(rows({.go_version = "go1.19", .path = "command-line-arguments"}),
              ElementsAre("stdlib 1.19"));
}

TEST(GoPackages, FindTheVersionAmongTheLinkersFlags) {
  const struct {
    std::string_view flags;
    std::string_view version;
  } rows_of[] = {
      {"-X main.version=4.5.6", "v4.5.6"},
      {"-s -w -X main.version=v4.5.6-rc.1 -X main.commit=abc", "v4.5.6-rc.1"},
      {"-X=main.Version=4.5.6", "v4.5.6"},
      {"--X main.Version=4.5.6", "v4.5.6"},
      {"-X 'main.version=4.5.6' -X \"main.date=Mon Jan 1\"", "v4.5.6"},
      {"-X \"a.example/app/internal/build.Version=20.10.24+dfsg1\"", "v20.10.24+dfsg1"},
      {"-X a.example/app.gitVersion=v1.2.3", "v1.2.3"},
      {"-X main.gitTag=app/v1.2.3", "v1.2.3"},
      {"-X main.tag=1.0.0 -X main.Version=2.0.0", "v2.0.0"},
      {"-X main.Version=2.0.0 -X main.tag=1.0.0", "v2.0.0"},
      {"-X a.example/application.Version=1.2.3", ""}, // another module
      {"-X b.example/lib.Version=1.2.3", ""},
      {"-X main.goVersion=1.2.3 -X main.apiVersion=1.2.3", ""},
      {"-X main.version=unknown", ""},
      {"-X main.version=1.2", ""},
      {"-X main.version=1.2.3 beta", "v1.2.3"},
      {"-X main.version='1.2.3 beta'", ""},
      {"-X main.version", ""},
      {"-X", ""},
      {"", ""},
      {"-X main.version=\"1.2.3", "v1.2.3"},
  };

  for (const auto& row : rows_of)
    EXPECT_EQ(version_of_linker_flags(row.flags, "a.example/app"), row.version) << row.flags;
  EXPECT_EQ(version_of_linker_flags("-X 'k8s.io/component-base/version.gitVersion=v1.20.2'",
                                    "k8s.io/kubernetes"),
            "v1.20.2");
  EXPECT_EQ(version_of_linker_flags("-X k8s.io/component-base/version.gitVersion=v1.20.2", ""), "");

  EXPECT_EQ(rows(built("a.example/app", "(devel)", "-X main.version=4.5.6")).front(),
            "a.example|app v4.5.6");
  EXPECT_EQ(rows(built("a.example/app", "(devel)")).front(), "a.example|app ");
  EXPECT_EQ(rows(built("a.example/app", "v1.0.0", "-X main.version=4.5.6")).front(),
            "a.example|app v1.0.0");
}

TEST(GoPackages, KeepOnlySumsThatAreHashes) {
  EXPECT_EQ(hash_of_go_sum("h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            "sha256:" + std::string(64, '0'));
  for (const std::string_view sum :
       {"", "h1:", "h1:AAAA", "h2:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "h1:***"})
    EXPECT_EQ(hash_of_go_sum(sum), "") << sum;
}

} // namespace
} // namespace portique::inventory
