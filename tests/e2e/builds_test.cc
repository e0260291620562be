// Builds through the guard as users run them: the docker client, BuildKit and the classic builder
// of a real dockerd, and a policy that says what may be built on.

#include <csignal>
#include <cstdlib>

#include "e2e/program.h"
#include "e2e/running_program.h"
#include "e2e/tools_image.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/test_support/engine_daemon.h"
#include "portique/test_support/raw_client.h"

namespace portique::e2e {
namespace {

namespace fs = std::filesystem;
using test_support::EngineDaemon;
using test_support::RawClient;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::string_view kPolicy = R"(version: 1
name: builders
bindings:
  developer: {uids: [5001]}
  operator: {uids: [5003]}
  admin: {uids: [0]}
lists:
  bases: [tools, "tools:latest", "docker.io/library/tools", "docker.io/library/tools:latest"]
rules:
  - name: bases
    on: request
    deny: request.action = images.build and request.images exists and not request.images in (bases)
    message: "not to be built on: {request.images}"
    explain: Only what the list has.
  - name: plain-builds
    on: request
    deny: request.action = images.build and request.entitlements intersects (secret, ssh, unseen, frontend)
    message: "not in a build: {request.entitlements}"
    explain: Only what can be seen.
)";

struct Build {
  const char* name;
  std::string dockerfile; ///< the file's text
  std::string arguments;  ///< of docker build
  bool from_input;        ///< the Dockerfile comes by standard input
  std::string refusal;    ///< a part of what the client is told, "" if it is let through
  bool only_buildkit = false;
};

/// `tools` is what may be built on, `evil` is not.
std::vector<Build> builds() {
  const std::string plain = "FROM tools\nCOPY file /file\n";
  const std::string argument = "ARG BASE=tools\nFROM $BASE\nCOPY file /other\n";
  const std::string evil = "FROM evil\nCOPY file /file\n";
  return {
      {"plain", plain, "-f @ --network none .", false, ""},
      {"again, unchanged", plain, "-f @ --network none .", false, ""},
      {"a step", "FROM tools\nRUN [\"/bin/true\"]\n", "-f @ --network none .", false, ""},
      {"stages",
       "FROM tools AS one\nCOPY file /a\nFROM scratch\nCOPY --from=one /a /b\n",
       "-f @ .",
       false,
       ""},
      {"another base", evil, "-f @ .", false, "evil"},
      {"another base, again", evil, "-f @ .", false, "evil"},
      {"a base by an argument", argument, "-f @ .", false, ""},
      {"another one by an argument", argument, "-f @ --build-arg BASE=evil .", false, "evil"},
      {"the same file without it", argument, "-f @ .", false, ""},
      {"files of another image",
       "FROM tools\nCOPY --from=evil /bin/true /t\n",
       "-f @ .",
       false,
       "evil"},
      {"by standard input", argument, "-f - .", true, ""},
      {"another base by standard input", evil, "-f - .", true, "evil"},
      {"without a context", "FROM tools\nLABEL a=b\n", "-", true, ""},
      {"another base without a context", evil, "-", true, "evil"},
      {"the host's network", plain, "-f @ --network host .", false, "host's network"},
      {"a frontend", "# syntax=evil/frontend\n" + plain, "-f @ .", false, "evil/frontend"},
      {"a name of others", plain, "-f @ -t evil .", false, "evil:latest was not created"},
      {"a secret",
       "FROM tools\nRUN --mount=type=secret,id=s [\"/bin/cat\", \"/run/secrets/s\"]\n",
       "-f @ --secret id=s,src=file .",
       false,
       "secret",
       true},
      {"the host's network for a step",
       "FROM tools\nRUN --network=host [\"/bin/true\"]\n",
       "-f @ .",
       false,
       "network",
       true},
      {"another base in a mount",
       "FROM tools\nRUN --mount=from=evil,target=/x [\"/bin/true\"]\n",
       "-f @ .",
       false,
       "evil",
       true},
  };
}

/// A client with BuildKit of its own or with buildx, "" if the machine has none.
std::string buildkit_client() {
  for (const char* client : {"docker", "/usr/bin/docker"}) {
    const auto help = base::run_program({"env", "DOCKER_BUILDKIT=1", client, "build", "--help"});
    if (help && help->exit_status == 0 && !(help->out + help->err).contains("buildx component"))
      return client;
  }
  return "";
}

class Builds : public ::testing::Test {
protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "a daemon of its own needs root";
    for (const fs::path& open : {folder_, folder_.parent_path()})
      ::chmod(open.c_str(), 0755); // local users look for the guard's socket in it
    write_file(folder_ / "access.yaml", kPolicy);
    write_file(context_ / "file", "content\n");
    fs::create_directory(folder_ / "home");
    ::chmod((folder_ / "home").c_str(), 0777);
  }

  std::unique_ptr<RunningProgram> gate(const EngineDaemon& engine) {
    auto made = std::make_unique<RunningProgram>(folder_ / "log",
                                                 std::vector<std::string>{"authz",
                                                                          "--policy",
                                                                          folder_ / "access.yaml",
                                                                          "--trail",
                                                                          folder_ / "trail",
                                                                          "--state",
                                                                          folder_ / "state",
                                                                          "--engine-socket",
                                                                          engine.socket(),
                                                                          "--guard-socket",
                                                                          guard_,
                                                                          "--guard-mode",
                                                                          "0666"});
    EXPECT_TRUE(made->says("guard at")) << made->log();
    return made;
  }

  /// `docker build` of a local user.
  [[nodiscard]] base::ProgramOutput docker(const Build& build, bool buildkit) const {
    const std::string file = write_file(context_ / "Dockerfile", build.dockerfile);
    for (const fs::path& open : {context_, context_ / "file", context_ / "Dockerfile"})
      ::chmod(open.c_str(), 0755);
    std::string arguments = build.arguments;
    if (const std::size_t at = arguments.find('@'); at != std::string::npos)
      arguments.replace(at, 1, "Dockerfile");
    const std::string script =
        fmt::format("cd {} && exec env HOME={} DOCKER_BUILDKIT={} setpriv --reuid 5001 --regid "
                    "5001 --clear-groups {} -H unix://{} build {}",
                    context_.string(),
                    (folder_ / "home").string(),
                    buildkit ? 1 : 0,
                    buildkit ? buildkit_ : "docker",
                    guard_.string(),
                    arguments);
    return base::run_program(
               {"sh", "-c", script}, {}, build.from_input ? build.dockerfile : std::string())
        .value();
  }

  /// The answer to an empty POST.
  [[nodiscard]] std::string post(const std::string& target) const {
    return RawClient::to(guard_).ask(fmt::format(
        "POST {} HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", target));
  }

  void expect_table(bool buildkit) const {
    for (const Build& build : builds()) {
      if (build.only_buildkit && !buildkit) continue;
      const auto ran = docker(build, buildkit);
      const std::string shown = fmt::format(
          "{} ({})\n{}{}", build.name, buildkit ? "BuildKit" : "classic", ran.out, ran.err);
      if (build.refusal.empty()) {
        EXPECT_EQ(ran.exit_status, 0) << shown;
        continue;
      }
      EXPECT_NE(ran.exit_status, 0) << shown;
      // BuildKit tells its client of a lost session; why stands in the trail.
      if (!buildkit) {
        EXPECT_THAT(ran.out + ran.err, HasSubstr(build.refusal)) << shown;
      }
    }
  }

  fs::path folder_ = fresh_folder();
  fs::path context_ = folder_ / "context";
  std::string buildkit_ = buildkit_client();
  fs::path guard_ = folder_ / "docker.sock";
};

TEST_F(Builds, GoThroughOrNotWithBothBuilders) {
  if (buildkit_.empty()) GTEST_SKIP() << "no docker client here has BuildKit";
  PQ_ENGINE_OR_SKIP(engine, EngineDaemon::Kind::Docker);
  PQ_TOOLS_OR_SKIP(engine);
  PQ_TOOLS_OR_SKIP(engine, "evil");
  const std::string evil = engine.run({"inspect", "-f", "{{.Id}}", "evil"});
  const auto portique_authz = gate(engine);
  expect_table(false);
  expect_table(true);
  EXPECT_EQ(engine.run({"inspect", "-f", "{{.Id}}", "evil"}), evil);
  portique_authz->signal(SIGTERM);
  EXPECT_EQ(portique_authz->wait(), 0) << portique_authz->log();
  const auto denied = portique({"audit",
                                "search",
                                "--trail",
                                folder_ / "trail",
                                "--action",
                                "images.build",
                                "--decision",
                                "deny",
                                "--json"});
  for (const char* reason :
       {"not to be built on: docker.io/library/evil:latest",
        "not to be built on: docker.io/library/tools:latest, docker.io/library/evil:latest",
        "not to be built on: docker.io/evil/frontend:latest, docker.io/library/tools:latest",
        "not in a build: secret",
        "evil:latest was not created",
        "network.host"})
    EXPECT_THAT(denied.out, HasSubstr(reason));
  EXPECT_THAT(denied.out, Not(HasSubstr("unseen"))) << "what flows through sessions is known";
  const auto verified = portique({"audit", "verify", folder_ / "trail"});
  EXPECT_EQ(verified.exit_status, 0) << verified.out << verified.err;
}

/// Ways of a build to give an image a name, and to take its Dockerfile from where nobody sees it.
TEST_F(Builds, HaveNoOtherWayToNamesAndDockerfiles) {
  PQ_ENGINE_OR_SKIP(engine, EngineDaemon::Kind::Docker);
  PQ_TOOLS_OR_SKIP(engine);
  PQ_TOOLS_OR_SKIP(engine, "evil");
  std::string policy(kPolicy);
  policy.replace(policy.find("uids: [5001]"), 12, "uids: [5001, 0]");
  policy.replace(policy.find("  admin: {uids: [0]}\n"), 21, "");
  write_file(folder_ / "access.yaml", policy);
  const auto portique_authz = gate(engine);
  const std::string outputs =
      "%5B%7B%22Type%22:%22moby%22,%22Attrs%22:%7B%22name%22:%22a,evil%22%7D%7D%5D";
  const std::vector<std::string> queries{
      "t=evil",
      "version=2&remote=client-session&session=s&t=evil",
      "version=2&remote=client-session&session=s&outputs=" + outputs,
      "version=2&outputs=x",
      "remote=http://192.0.2.1/Dockerfile",
      "version=2&remote=https://192.0.2.1/a.git",
  };
  for (const std::string& query : queries) {
    const std::string answer = post("/v1.41/build?" + query);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 403")) << query << "\n" << answer;
  }
}

/// A build that adds nothing ends in its base, which does not become its builder's by that.
TEST_F(Builds, DoNotGiveTheirBaseAway) {
  PQ_ENGINE_OR_SKIP(engine, EngineDaemon::Kind::Docker);
  PQ_TOOLS_OR_SKIP(engine);
  PQ_TOOLS_OR_SKIP(engine, "evil");
  const auto portique_authz = gate(engine);
  const Build nothing{"nothing", "FROM tools\n", "-t mine .", false, ""};
  const auto built = docker(nothing, false);
  ASSERT_EQ(built.exit_status, 0) << built.err;
  ASSERT_EQ(engine.run({"inspect", "-f", "{{.Id}}", "mine"}),
            engine.run({"inspect", "-f", "{{.Id}}", "tools"}));
  const auto removed = base::run_program({"setpriv",
                                          "--reuid",
                                          "5001",
                                          "--regid",
                                          "5001",
                                          "--clear-groups",
                                          "docker",
                                          "-H",
                                          "unix://" + guard_.string(),
                                          "rmi",
                                          "-f",
                                          "tools"})
                           .value();
  EXPECT_NE(removed.exit_status, 0);
  EXPECT_THAT(removed.err, HasSubstr("no role"));
}

} // namespace
} // namespace portique::e2e
