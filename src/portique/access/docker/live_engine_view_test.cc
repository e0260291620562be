#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "portique/access/docker/file_owner_book.h"
#include "portique/access/docker/live_engine_view.h"
#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/http/server.h"
#include "portique/test_support/engine_daemon.h"

namespace portique::access {
namespace {

using test_support::EngineDaemon;

/// An engine that answers what a test says.
class AnsweringEngine {
public:
  explicit AnsweringEngine(http::Handler handler) {
    http::ServerOptions options{.endpoint = http::UnixEndpoint{.path = folder_.path() / "socket"}};
    auto server = http::Server::listen(options, std::move(handler));
    if (!server) {
      ADD_FAILURE() << server.error().text();
      return;
    }
    server_ = *std::move(server);
    thread_ = std::thread([this] { EXPECT_TRUE(server_->run()); });
  }

  ~AnsweringEngine() {
    if (server_) server_->stop();
    if (thread_.joinable()) thread_.join();
  }

  AnsweringEngine(const AnsweringEngine&) = delete;
  AnsweringEngine& operator=(const AnsweringEngine&) = delete;

  [[nodiscard]] LiveViewOptions options() const {
    return {.socket = folder_.path() / "socket", .deadline = std::chrono::seconds{1}};
  }

private:
  base::TempDir folder_ = *base::TempDir::create("view");
  std::unique_ptr<http::Server> server_;
  std::thread thread_;
};

http::Response answer(int status, std::string body) {
  return {.status = status, .headers = {}, .body = std::move(body)};
}

TEST(LiveEngineView, AsksOnceUntilSomethingChanges) {
  std::atomic<int> asked = 0;
  const AnsweringEngine engine([&](const http::Request& request) {
    ++asked;
    EXPECT_EQ(http::header_value(request.headers, "Portique-View"), "s3cret");
    if (request.target == "/images/a/b%3ac/json" || request.target == "/images/a/b:c/json")
      return answer(
          200,
          R"({"Id":"sha256:1","RepoTags":["a/b:c"],"Config":{"User":"5","Labels":{"k":"v"}}})");
    return answer(404, R"({"message":"no such image"})");
  });
  LiveViewOptions options = engine.options();
  options.token = "s3cret";
  options.freshness = std::chrono::minutes{5};
  LiveEngineView view(options);
  for (int i = 0; i < 3; ++i) {
    const auto image = view.image("a/b:c");
    ASSERT_TRUE(image && *image) << (image ? "none" : image.error().text());
    EXPECT_EQ((*image)->user, "5");
    EXPECT_EQ((*image)->labels.at("k"), "v");
    const auto none = view.image("other");
    ASSERT_TRUE(none);
    EXPECT_FALSE(*none);
  }
  EXPECT_EQ(asked, 2);
  view.forget_answers();
  EXPECT_TRUE(view.image("other"));
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(view.asked(), 3U);
}

TEST(LiveEngineView, WhatCannotBeAskedIsAnError) {
  const AnsweringEngine engine([](const http::Request& request) {
    if (request.target.starts_with("/networks/")) return answer(500, "{}");
    if (request.target.starts_with("/volumes/")) return answer(200, "[]");
    if (request.target.starts_with("/images/")) return answer(200, "{");
    if (request.target.starts_with("/exec/")) std::this_thread::sleep_for(std::chrono::seconds{3});
    return answer(200, "{}");
  });
  LiveEngineView view(engine.options());
  EXPECT_FALSE(view.network("n"));
  EXPECT_FALSE(view.volume("v"));
  EXPECT_FALSE(view.image("i"));
  EXPECT_FALSE(view.container("c")) << "an answer without an id";
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(view.exec_container("e"));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::milliseconds{2500});
  LiveEngineView nobody({.socket = "/nonexistent/socket"});
  EXPECT_FALSE(nobody.container("c"));
}

/// "cafe" is alice's container now, and bob's by the beginning of its id as soon as she renames it.
TEST(LiveEngineView, RefusesNamesThatBeginAnothersId) {
  const std::string hers(64, '1');
  const std::string his = "cafe" + std::string(60, '2');
  const AnsweringEngine engine([&](const http::Request& request) {
    if (request.target == "/containers/json?all=1" || request.target == "/images/json?all=1" ||
        request.target == "/networks")
      return answer(200, R"([{"Id":")" + hers + R"("},{"Id":")" + his + R"("}])");
    const bool by_id = request.target.contains("/cafe2");
    return answer(200, R"({"Id":")" + (by_id ? his : hers) + R"(","Name":"x"})");
  });
  const base::TempDir folder = *base::TempDir::create("owners");
  const auto owners = FileOwnerBook::open(folder.path() / "owners.jsonl").value();
  EXPECT_TRUE(owners->record(ResourceKind::Container, hers, "alice"));
  EXPECT_TRUE(owners->record(ResourceKind::Container, his, "bob"));
  LiveEngineView view(engine.options(), owners.get());
  EXPECT_FALSE(view.container("cafe"));
  EXPECT_FALSE(view.network("cafe"));
  EXPECT_FALSE(view.image("cafe"));
  EXPECT_TRUE(view.container("cafe22")) << "by its id";
  EXPECT_TRUE(view.container("cafes")) << "no beginning of an id";
  EXPECT_TRUE(view.container("babe"));
  EXPECT_TRUE(owners->forget(ResourceKind::Container, his));
  EXPECT_TRUE(owners->record(ResourceKind::Container, his, "alice"));
  EXPECT_TRUE(view.container("cafe")) << "both are hers";
}

/// Two networks may have one name: who asks for it must not be told that there is none.
TEST(LiveEngineView, WhatStandsForSeveralIsAnError) {
  const AnsweringEngine engine(
      [](const http::Request&) { return answer(400, R"({"message":"x is ambiguous"})"); });
  LiveEngineView view(engine.options());
  EXPECT_FALSE(view.network("x"));
  EXPECT_FALSE(view.container("x"));
  const auto image = view.image("x::y");
  ASSERT_TRUE(image);
  EXPECT_FALSE(*image) << "no name of an image";
}

TEST(LiveEngineView, KnowsContainersThatRuleTheHost) {
  const struct {
    std::string_view host;
    std::string_view source;
    bool want;
  } rows[] = {
      {R"({"Privileged":true})", "/srv", true},
      {R"({"Privileged":false})", "/srv", false},
      {R"({"CapAdd":["cap_sys_admin"]})", "/srv", true},
      {R"({"CapAdd":["NET_ADMIN","ALL"]})", "/srv", true},
      {R"({"CapAdd":["NET_ADMIN"]})", "/srv", false},
      {R"({"PidMode":"host"})", "/srv", true},
      {R"({})", "/", true},
      {R"({})", "/var/run/docker.sock", true},
  };

  for (const auto& row : rows) {
    const AnsweringEngine engine([&](const http::Request&) {
      return answer(200,
                    R"({"Id":"1","Name":"/x","HostConfig":)" + std::string(row.host) +
                        R"(,"Mounts":[{"Type":"bind","Source":")" + std::string(row.source) +
                        R"("}]})");
    });
    LiveEngineView view(engine.options());
    const auto found = view.container("x");
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->privileged, row.want) << row.host << " " << row.source;
  }
}

TEST(LiveEngineView, NamesDoNotLeaveTheirPlace) {
  std::vector<std::string> targets;
  std::mutex mutex;
  const AnsweringEngine engine([&](const http::Request& request) {
    const std::lock_guard lock(mutex);
    targets.push_back(request.target);
    return answer(404, "{}");
  });
  LiveEngineView view(engine.options());
  for (const std::string_view name : {"", "/", "..", "a/../b", "./a", "a//b", "a/"})
    EXPECT_FALSE(view.volume(name)) << name;
  EXPECT_TRUE(targets.empty());
  for (const std::string_view name :
       {"a?b=c", "a#b", "a b", "a%2fb", "/a", "a\r\nX: y", "\xC3\xA9"})
    EXPECT_TRUE(view.volume(name)) << name;
  ASSERT_EQ(targets.size(), 7U);
  EXPECT_EQ(targets[0], "/volumes/a%3fb%3dc");
  EXPECT_EQ(targets[3], "/volumes/a%252fb");
  EXPECT_EQ(targets[4], "/volumes/a");
  EXPECT_EQ(targets[5], "/volumes/a%0d%0aX:%20y");
}

TEST(LiveEngineView, ANetworkThatWasMadeAnewBelongsToNobody) {
  // podman's: the id is the name's digest.
  std::string created = "2020-01-01T00:00:00Z";
  const AnsweringEngine engine([&](const http::Request&) {
    return answer(200, R"({"Id":"1b16","Name":"n","Created":")" + created + R"("})");
  });
  const auto folder = base::TempDir::create("owners");
  ASSERT_TRUE(folder);
  auto owners = FileOwnerBook::open(folder->path() / "owners");
  ASSERT_TRUE(owners);
  ASSERT_TRUE((*owners)->record(ResourceKind::Network, "1b16", "alice"));
  LiveEngineView view(engine.options(), owners->get());
  auto network = view.network("n");
  ASSERT_TRUE(network && *network);
  EXPECT_EQ((*network)->owner, "alice");
  created = base::format_time(base::now() + std::chrono::minutes{1});
  view.forget_answers();
  network = view.network("n");
  ASSERT_TRUE(network && *network);
  EXPECT_EQ((*network)->owner, "");
}

TEST(LiveEngineView, TakesSeveralThreads) {
  const AnsweringEngine engine([](const http::Request& request) {
    const std::string name = request.target.substr(sizeof("/networks/") - 1);
    return answer(200, R"({"Id":")" + name + R"(","Name":")" + name + R"("})");
  });
  LiveViewOptions options = engine.options();
  options.deadline = std::chrono::seconds{20};
  LiveEngineView view(options);
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 50; ++i) {
          const std::string name = "n" + std::to_string(i % 7);
          const auto network = view.network(name);
          if (!network || !*network || (*network)->id != name) ++wrong;
          if (i % 10 == t) view.forget_answers();
        }
      });
  }
  EXPECT_EQ(wrong, 0);
}

TEST(LiveEngineView, AsksARealEngine) {
  PQ_ENGINE_OR_SKIP(daemon, EngineDaemon::Kind::Docker);
  const auto folder = base::TempDir::create("owners");
  ASSERT_TRUE(folder);
  auto owners = FileOwnerBook::open(folder->path() / "owners");
  ASSERT_TRUE(owners);
  LiveEngineView view({.socket = daemon.socket(), .deadline = std::chrono::seconds{20}},
                      owners->get());
  (void)daemon.run({"volume",
                    "create",
                    "--driver",
                    "local",
                    "-o",
                    "type=none",
                    "-o",
                    "o=bind",
                    "-o",
                    "device=/etc",
                    "etc"});
  const auto volume = view.volume("etc");
  ASSERT_TRUE(volume && *volume) << (volume ? "none" : volume.error().text());
  EXPECT_EQ((*volume)->driver, "local");
  EXPECT_EQ((*volume)->options.at("device"), "/etc");
  const std::string id = daemon.run({"network", "create", "--label", "team=a", "back"});
  ASSERT_TRUE((*owners)->record(ResourceKind::Network, id, "alice"));
  const auto network = view.network("back");
  ASSERT_TRUE(network && *network);
  EXPECT_EQ((*network)->id, id);
  EXPECT_EQ((*network)->owner, "alice");
  EXPECT_EQ((*network)->labels.at("team"), "a");
  const auto none = view.container("none");
  ASSERT_TRUE(none) << none.error().text();
  EXPECT_FALSE(*none);
  const auto no_image = view.image("UPPER CASE");
  ASSERT_TRUE(no_image) << no_image.error().text();
  EXPECT_FALSE(*no_image);
}

} // namespace
} // namespace portique::access
