// Docker's own client through the guard to a real dockerd, as if the guard were not there.

#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/guard/guard_test_support.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/test_support/engine_daemon.h"

namespace portique::access {

namespace {

namespace fs = std::filesystem;
using test_support::EngineDaemon;
using testing::HasSubstr;

/// A shell line with `docker` on a socket; what it printed on both outputs.
std::string shell(const std::string& line, const fs::path& socket) {
  base::ProgramLimits limits;
  limits.time = std::chrono::minutes(2);
  limits.output_bytes = 16U << 20U;
  const auto output = base::run_program({"env",
                                         "DOCKER_HOST=unix://" + socket.string(),
                                         "DOCKER_CLI_HINTS=false",
                                         "sh",
                                         "-c",
                                         "exec 2>&1; " + line},
                                        limits);
  if (!output) return output.error().text();
  return std::string(base::trim(output->out));
}

/// An engine with an image "box": busybox and what a test needs.
class GuardedDocker : public testing::Test {
protected:
  static void SetUpTestSuite() {
    auto started = EngineDaemon::start(EngineDaemon::Kind::Docker);
    if (const auto* reason = std::get_if<std::string>(&started)) {
      reason_ = *reason;
      return;
    }
    engine_ = std::make_unique<EngineDaemon>(std::move(std::get<EngineDaemon>(started)));
    context_ = std::make_unique<base::TempDir>(*base::TempDir::create("portique-box"));
    const std::string made =
        shell("cd " + context_->path().string() +
                  " && cp $(command -v busybox) busybox"
                  " && printf 'FROM scratch\\nCOPY busybox /bin/busybox\\n"
                  "RUN [\"/bin/busybox\", \"--install\", \"-s\", \"/bin\"]\\n' >Dockerfile"
                  " && DOCKER_BUILDKIT=0 docker build -q -t box .",
              engine_->socket());
    if (made.find("sha256:") == std::string::npos) reason_ = "no image can be built here: " + made;
  }

  static void TearDownTestSuite() {
    engine_.reset();
    context_.reset();
  }

  void SetUp() override {
    if (!reason_.empty()) GTEST_SKIP() << reason_;
    guard_ = std::make_unique<RunningGuard>(
        GuardOptions{.endpoint = http::UnixEndpoint{}, .engine = engine_->socket()}, judge_);
  }

  /// Through the guard.
  [[nodiscard]] std::string guarded(const std::string& line) const {
    return shell(line, guard_->socket());
  }

  /// Past it.
  static std::string direct(const std::string& line) { return shell(line, engine_->socket()); }

  StandInJudge judge_;
  std::unique_ptr<RunningGuard> guard_;

  static inline std::unique_ptr<EngineDaemon> engine_;   // NOLINT: one engine for all tests
  static inline std::unique_ptr<base::TempDir> context_; // NOLINT
  static inline std::string reason_;                     // NOLINT
};

TEST_F(GuardedDocker, RunsAndLooksAsWithoutTheGuard) {
  for (const char* line :
       {"docker version --format '{{.Server.Version}}'",
        "docker images --format '{{.Repository}} {{.ID}}'",
        "docker run --rm box echo hello",
        "docker run --rm box sh -c 'echo out; sleep 0.3; echo err >&2; exit 3'; echo $?",
        "echo input | docker run --rm -i box cat",
        "docker run --rm box no-such-program; echo $?",
        "docker inspect box --format '{{.Id}}'",
        "docker history -q box",
        "docker rm no-such-container; echo $?"})
    EXPECT_EQ(guarded(line), direct(line)) << line;
}

TEST_F(GuardedDocker, GivesATerminal) {
  // script(1) makes the terminal that -t asks for.
  const std::string answer =
      guarded("printf 'tty; stty size; exit 5\\n' |"
              " script -qec 'docker run --rm -it box sh' /dev/null; echo status $?");
  EXPECT_THAT(answer, HasSubstr("/dev/pts/0"));
  EXPECT_THAT(answer, HasSubstr("status 5"));
}

TEST_F(GuardedDocker, ExecutesWithInputAndOutput) {
  EXPECT_EQ(guarded("docker run -d --name exec box sleep 300 >/dev/null; "
                    "echo in | docker exec -i exec cat; "
                    "docker exec exec sh -c 'echo out; exit 4'; echo $?; "
                    "head -c 3000000 /dev/zero | docker exec -i exec wc -c; "
                    "docker exec exec head -c 3000000 /dev/zero | wc -c; "
                    "docker rm -f exec"),
            "in\nout\n4\n3000000\n3000000\nexec");
}

TEST_F(GuardedDocker, FollowsLogsAndEvents) {
  EXPECT_EQ(guarded("docker run -d --name logs box sh -c "
                    "'for i in 1 2 3; do echo line $i; sleep 0.3; done' >/dev/null; "
                    "docker logs -f logs; docker wait logs; docker rm logs"),
            "line 1\nline 2\nline 3\n0\nlogs");
  const std::string events =
      guarded("timeout 4 docker events --format '{{.Action}}' >events & sleep 1; "
              "docker run --rm --name watched box true; wait; cat events; rm events");
  for (const char* action : {"create", "start", "die", "destroy"})
    EXPECT_THAT(events, HasSubstr(action));
}

TEST_F(GuardedDocker, Attaches) {
  EXPECT_EQ(guarded("docker create -i --name attached box cat >/dev/null; "
                    "echo through | docker start -ai attached; docker rm attached"),
            "through\nattached");
}

TEST_F(GuardedDocker, BuildsWithBothBuilders) {
  for (const char* kit : {"0", "1"}) {
    const std::string environment = std::string("DOCKER_BUILDKIT=") + kit + " ";
    const std::string answer =
        guarded("cd $(mktemp -d) && head -c 5000000 /dev/urandom >big && "
                "printf 'FROM box\\nCOPY big /big\\nRUN wc -c /big\\n' >Dockerfile && " +
                environment + "/usr/bin/docker build --network none -t built" + kit +
                " . && docker run --rm built" + kit + " wc -c /big");
    EXPECT_THAT(answer, testing::EndsWith("5000000 /big")) << kit;
  }
}

TEST_F(GuardedDocker, CopiesSavesAndLoads) {
  const std::string answer = guarded(
      "cd $(mktemp -d) && head -c 20000000 /dev/urandom >file && docker create --name copy box true"
      " >/dev/null && docker cp file copy:/file && docker cp copy:/file back && cmp file back && "
      "docker commit copy big >/dev/null && docker save big >image.tar && docker rmi big >/dev/null"
      " && docker load <image.tar && docker create --name copy2 big true >/dev/null && "
      "docker cp copy2:/file again && cmp file again && docker export copy2 | tar t | "
      "grep -c '^file$'; docker rm copy copy2");
  EXPECT_EQ(answer, "Loaded image: big:latest\n1\ncopy\ncopy2");
}

TEST_F(GuardedDocker, ShowsDenialsAsTheEngineDoes) {
  judge_.allows = [](const EngineRequest& request) {
    return request.body.find("\"Privileged\":true") == std::string::npos;
  };
  EXPECT_EQ(guarded("docker run --rm box echo fine"), "fine");
  EXPECT_THAT(guarded("docker run --rm --privileged box true"),
              HasSubstr("authorization denied by portique: the test says no"));
  EXPECT_EQ(direct("docker ps -aq --filter status=created"), "");
}

TEST_F(GuardedDocker, LeavesNoProcessOfAClientThatIsGone) {
  std::ignore =
      guarded("docker run -d --name gone box sleep 300 >/dev/null; timeout 2 docker logs -f gone");
  EXPECT_EQ(guarded("docker exec gone ps | grep -c sleep; docker rm -f gone"), "1\ngone");
}

} // namespace

} // namespace portique::access
