#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "portique/access/docker/engine_call.h"
#include "portique/access/docker/engine_types.h"
#include "portique/base/text.h"

namespace portique::access {
namespace {

namespace json = boost::json;

EngineRequest with_body(std::string_view method, std::string_view target, std::string_view body) {
  EngineRequest request{.method = std::string(method), .target = std::string(target)};
  if (body.empty()) return request;
  request.headers.push_back({.name = "Content-Type", .value = "application/json"});
  request.body_state = BodyState::Whole;
  request.body = body;
  return request;
}

/// A body that every action that needs one takes.
std::string_view least_body(const Action& action) {
  if (action.body != BodyUse::Json) return {};
  return action.name.starts_with("plugins.") ? "[]" : "{}";
}

TEST(EngineCall, EveryRowOfTheTableIsReached) {
  for (const Action& action : engine_actions()) {
    if (action.name == "images.import") continue; // shares its route: see Resources
    for (const std::string_view method : base::split(action.methods, ' ')) {
      std::string path(action.path);
      for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{'))
        path.replace(open, path.find('}') - open + 1, "n1");
      std::string target = "/v1.41" + path;
      if (action.name == "images.pull") target += "?fromImage=a";
      const EngineRequest request = with_body(method, target, least_body(action));
      const auto call = parse_engine_call(request);
      ASSERT_TRUE(call) << target << ": " << call.error().text();
      EXPECT_EQ(call->action, &action) << target;
      EXPECT_EQ(call->resource == "n1", action.path.find('{') != std::string_view::npos) << target;
    }
  }
}

TEST(EngineCall, TheTableIsSound) {
  std::set<std::string_view> bodies;
  for (const Action& action : engine_actions()) {
    EXPECT_FALSE(action.meaning.empty()) << action.name;
    EXPECT_EQ(std::ranges::count(action.name, '.'), 1) << action.name;
    const bool reads_body = action.body == BodyUse::Json || action.body == BodyUse::OptionalJson;
    EXPECT_EQ(engine_body_type(action.name) != nullptr, reads_body) << action.name;
    if (action.methods.starts_with("GET") && action.body != BodyUse::Upgrade) {
      EXPECT_FALSE(action.changes) << action.name;
    }
    EXPECT_NE(resource_kind_name(action.resource), "") << action.name;
  }
}

TEST(EngineCall, KnowsEveryRouteOfTheEngine) {
  std::ifstream file(std::string(PORTIQUE_TESTDATA) + "/engine_routes.txt");
  ASSERT_TRUE(file.good());
  std::string line;
  int routes = 0;
  while (std::getline(file, line)) {
    if (line.starts_with('#')) continue;
    std::istringstream words(line);
    std::string method;
    std::string path;
    words >> method >> path;
    for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{'))
      path.replace(open, path.find('}') - open + 1, "n1");
    const EngineRequest head{.method = method, .target = path};
    EXPECT_TRUE(find_engine_action(head)) << line;
    ++routes;
  }
  EXPECT_GT(routes, 115);
}

TEST(EngineCall, NamesActionAndResource) {
  const struct {
    std::string_view method;
    std::string_view target;
    std::string_view action;
    std::string_view resource;
    std::string_view body = {};
  } rows[] = {
      {"GET", "/_ping", "system.ping", ""},
      {"HEAD", "/_ping", "system.ping", ""},
      {"GET", "/v1.24/containers/json?all=1", "containers.list", ""},
      {"GET", "/v1.55/containers/web/json", "containers.inspect", "web"},
      {"GET", "/containers/%2e%2e%2e/json", "containers.inspect", "..."},
      {"GET", "/containers/json/json", "containers.inspect", "json"},
      {"GET", "/containers/create/json", "containers.inspect", "create"},
      {"GET", "/containers/a/b/json", "containers.inspect", "a/b"},
      {"GET", "/containers/a%2fb/json", "containers.inspect", "a/b"},
      {"POST", "http://x/v1.41/containers/create?name=web", "containers.create", "web", "{}"},
      {"POST", "/v1.41/containers/create?name=/web", "containers.create", "web", "{}"},
      {"POST", "/v1.41/containers/%63reate", "containers.create", "", "{}"},
      {"POST", "/containers/web/start", "containers.start", "web"},
      {"POST", "/containers/create/start", "containers.start", "create"},
      {"POST", "/containers/prune/kill", "containers.kill", "prune"},
      {"POST", "/containers/web/exec", "containers.exec", "web", R"({"Cmd":["id"]})"},
      {"GET", "/containers/web/attach/ws", "containers.attach_ws", "web"},
      {"POST", "/containers/web/attach?stream=1", "containers.attach", "web"},
      {"PUT", "/containers/web/archive?path=/", "containers.archive_put", "web"},
      {"GET", "/containers/web/archive?path=/", "containers.archive_get", "web"},
      {"HEAD", "/containers/web/archive?path=/", "containers.archive_stat", "web"},
      {"DELETE", "/containers/web?force=1", "containers.remove", "web"},
      {"DELETE", "/containers/web/checkpoints/c1", "checkpoints.remove", "web"},
      {"DELETE", "/containers/a/b/checkpoints/c1", "containers.remove", "a/b/checkpoints/c1"},
      {"DELETE", "/containers/web/db?link=1", "containers.remove", "web/db"},
      {"POST", "/commit?container=web&repo=app&tag=2", "containers.commit", "web"},
      {"POST", "/commit?container=web", "containers.commit", "web", "null"},
      {"POST", "/exec/0123/start", "exec.start", "0123"},
      {"GET", "/exec/0123/json", "exec.inspect", "0123"},
      {"POST", "/images/create?fromImage=r.io/app&tag=1", "images.pull", "r.io/app:1"},
      {"POST", "/images/create?fromImage=app&tag=sha256:00", "images.pull", "app@sha256:00"},
      {"POST", "/images/create?fromImage=app", "images.pull", "app"},
      {"POST", "/images/create?fromImage=r.io:5000/app&tag=1", "images.pull", "r.io:5000/app:1"},
      {"POST", "/images/create?fromImage=app:2", "images.pull", "app:2"},
      {"POST", "/images/create?fromSrc=-&repo=app&tag=1", "images.import", "app:1"},
      {"POST", "/images/create?fromSrc=http://x/y&fromImage=", "images.import", ""},
      {"POST", "/images/create?fromSrc=-&fromImage=app", "images.pull", "app"},
      {"GET", "/images/r.io/app:1/json", "images.inspect", "r.io/app:1"},
      {"GET", "/images/r.io%2Fapp%3A1/json", "images.inspect", "r.io/app:1"},
      {"GET", "/images/json/json", "images.inspect", "json"},
      {"GET", "/images/get", "images.export", ""},
      {"GET", "/images/get?names=a&names=b", "images.export", "a"},
      {"GET", "/images/a/b/get", "images.export", "a/b"},
      {"GET", "/images/search?term=x", "images.search", "x"},
      {"POST", "/images/r.io/app/push?tag=1", "images.push", "r.io/app:1"},
      {"POST", "/images/app:1/tag?repo=b&tag=2", "images.tag", "app:1"},
      {"DELETE", "/images/a/b:1", "images.remove", "a/b:1"},
      {"POST", "/images/load", "images.load", ""},
      {"GET", "/distribution/r.io/app:1/json", "images.distribution", "r.io/app:1"},
      {"POST", "/v1.41/build?t=app:1&remote=", "images.build", "app:1"},
      {"POST", "/build/prune", "build.prune", ""},
      {"POST", "/session", "session.start", ""},
      {"POST", "/grpc", "grpc.start", ""},
      {"POST", "/volumes/create", "volumes.create", "data", R"({"Name":"data"})"},
      {"POST", "/volumes/create", "volumes.create", ""},
      {"PUT", "/volumes/data?version=1", "volumes.update", "data", R"({"Spec":{}})"},
      {"GET", "/volumes", "volumes.list", ""},
      {"GET", "/volumes/create", "volumes.inspect", "create"},
      {"GET", "/networks", "networks.list", ""},
      {"GET", "/networks/", "networks.list", ""},
      {"GET", "/networks/back", "networks.inspect", "back"},
      {"POST", "/networks/create", "networks.create", "back", R"({"name":"back"})"},
      {"POST", "/networks/back/connect", "networks.connect", "back", R"({"Container":"web"})"},
      {"POST", "/plugins/pull?remote=r/p&name=p", "plugins.install", "p", "[]"},
      {"POST", "/plugins/pull?remote=r/p", "plugins.install", "r/p", "[]"},
      {"POST", "/plugins/r/p:1/enable", "plugins.enable", "r/p:1"},
      {"POST", "/plugins/p/set", "plugins.set", "p", R"(["A=b"])"},
      {"POST", "/plugins/create?name=p", "plugins.create", "p"},
      {"POST", "/swarm/init", "swarm.init", "", "{}"},
      {"POST", "/swarm/leave?force=1", "swarm.leave", ""},
      {"POST", "/services/create", "services.create", "api", R"({"Name":"api"})"},
      {"POST", "/services/api/update?version=3", "services.update", "api", "{}"},
      {"DELETE", "/services/api", "services.remove", "api"},
      {"POST", "/secrets/create", "secrets.create", "key", R"({"Name":"key","Data":"AA=="})"},
      {"POST", "/configs/create", "configs.create", "c", R"({"Name":"c"})"},
      {"POST", "/nodes/n1/update?version=3", "nodes.update", "n1", R"({"Role":"manager"})"},
      {"POST", "/auth", "system.login", ""},
      {"GET", "/events", "system.events", ""},
      {"GET", "/system/df", "system.disk_usage", ""},
      {"GET", "/debug/pprof/", "debug.profile", ""},
      {"GET", "/debug/pprof/heap", "debug.profile", "heap"},
      {"GET", "/debug/pprof/cmdline", "debug.profile", "cmdline"},
      {"GET", "/debug/vars", "debug.variables", ""},
  };

  for (const auto& row : rows) {
    const EngineRequest request = with_body(row.method, row.target, row.body);
    const auto call = parse_engine_call(request);
    ASSERT_TRUE(call) << row.target << ": " << call.error().text();
    EXPECT_EQ(call->action->name, row.action) << row.target;
    EXPECT_EQ(call->resource, row.resource) << row.target;
  }
}

TEST(EngineCall, RefusesWhatTheEngineDoesNotHave) {
  const struct {
    std::string_view method;
    std::string_view target;
    std::string_view part;
  } rows[] = {
      {"GET", "/", "no GET /"},
      {"GET", "/v1.41", "no GET /"},
      {"GET", "/V1.41/info", "no GET /V1.41/info"},
      {"GET", "/info/", "no GET"},
      {"GET", "/INFO", "no GET"},
      {"get", "/info", "no get"},
      {"POST", "/info", "no POST"},
      {"HEAD", "/info", "no HEAD"},
      {"OPTIONS", "/info", "no OPTIONS"},
      {"CONNECT", "/info", "no CONNECT"},
      {"TRACE", "/info", "no TRACE"},
      {"PATCH", "/containers/web", "no PATCH"},
      {"GET", "/containers/", "no GET"},
      {"DELETE", "/containers/", "no DELETE"},
      {"GET", "/v1.41/containers/web/json/", "no GET"},
      {"POST", "/containers/web/copy", "no POST"},
      {"GET", "/libpod/info", "podman's own API"},
      {"POST", "/v4.0.0/libpod/containers/create", "podman's own API"},
      {"POST", "/v1.41/libpod/containers/create", "podman's own API"},
      {"GET", "/v4.0.0/containers/json", "unusual"},
      {"GET", "/services/a/b", "no GET"},
      {"GET", "/debug/pprof", "no GET"},
      {"GET", "/debug/pprof/a/b", "no GET"},
      {"POST", "/debug/pprof/heap", "no POST"},
      {"GET", "/networks//", "doubled"},
      {"POST", "/v1.23/containers/web/start", "too old"},
      {"POST", "/v1.12/containers/web/start", "too old"},
      {"GET", "/v1.0/info", "too old"},
      {"GET", "/v1.56/info", "newer"},
      {"GET", "/v1.999/info", "newer"},
      {"POST", "/v1.41/containers%2fcreate", "encoded slash"},
      {"POST", "/containers/web%2fstart", "encoded slash"},
      {"GET", "/images/a%2fjson", "encoded slash"},
      {"GET", "/images%2fjson", "encoded slash"},
      {"DELETE", "/containers/a%2fcheckpoints/c", "encoded slash"},
      // For Docker the tag of the query replaces the name's: this takes team/app:1 from its owner.
      {"POST", "/images/mine:1/tag?repo=team/app:9&tag=1", "two tags"},
      {"POST", "/images/mine:1/tag?repo=team/app@sha256:00&tag=1", "two tags"},
      {"POST", "/commit?container=web&repo=team/app:9&tag=1", "two tags"},
      {"POST", "/images/create?fromImage=team/app:9&tag=1", "two tags"},
      {"POST", "/images/create?fromImage=team/app:9&tag=sha256:00", "two tags"},
      {"POST", "/images/create?fromImage=team/app:", "two tags"},
      {"POST", "/images/create?fromImage=team/app:&tag=1", "two tags"},
      {"POST", "/images/create?fromSrc=-&repo=team/app:9&tag=1", "two tags"},
      {"POST", "/images/team/app:9/push?tag=1", "two tags"},
  };

  for (const auto& row : rows) {
    const EngineRequest request = with_body(row.method, row.target, "");
    const auto call = parse_engine_call(request);
    ASSERT_FALSE(call) << row.method << " " << row.target << " " << call->action->name;
    EXPECT_NE(call.error().text().find(row.part), std::string::npos)
        << row.target << ": " << call.error().text();
  }
}

TEST(EngineCall, FurtherVersionsCanBeAllowed) {
  const CallOptions options{.further_versions = {"1.56", "1.20"}};
  EXPECT_TRUE(parse_engine_call(with_body("GET", "/v1.56/info", ""), options));
  EXPECT_TRUE(parse_engine_call(with_body("GET", "/v1.20/info", ""), options));
  EXPECT_FALSE(parse_engine_call(with_body("GET", "/v1.57/info", ""), options));
}

struct BodyCase {
  std::string_view name;
  std::string_view target;
  BodyState state;
  std::string_view body;
  std::vector<http::Header> headers;
  std::string_view part; ///< of the refusal; "" if it is taken
  std::string_view method = "POST";
};

std::vector<BodyCase> body_cases() {
  const http::Header kJson{.name = "Content-Type", .value = "application/json"};
  const http::Header kZero{.name = "Content-Length", .value = "0"};
  const http::Header kForm{.name = "content-type", .value = "application/x-www-form-urlencoded"};
  const auto type = [](std::string value) {
    return std::vector<http::Header>{{.name = "Content-Type", .value = std::move(value)}};
  };
  using enum BodyState;
  constexpr std::string_view kCreate = "/containers/create";
  constexpr std::string_view kStart = "/containers/web/start";
  return {
      {"json", kCreate, Whole, "{}", {kJson}, ""},
      {"json with a character set",
       kCreate,
       Whole,
       "{}",
       type("Application/JSON; charset=utf-8"),
       ""},
      {"quoted parameter", kCreate, Whole, "{}", type("application/json;charset=\"utf-8\""), ""},
      {"none", kCreate, Empty, "", {kJson}, "needs a body"},
      {"length zero", kCreate, Whole, "", {kJson, kZero}, "needs a body"},
      {"length zero, said to the plugin", kCreate, Unseen, "", {kJson, kZero}, "needs a body"},
      {"not shown", kCreate, Unseen, "", {kJson}, "not shown"},
      {"too large for the plugin",
       kCreate,
       Unseen,
       "",
       {kJson, {.name = "Content-Length", .value = "1048576"}},
       "not shown"},
      {"flowing by", kCreate, Streamed, "", {kJson}, "not kept"},
      {"a body behind length zero", kCreate, Whole, "{}", {kJson, kZero}, "not as long"},
      {"a wrong length",
       kCreate,
       Whole,
       "{}",
       {kJson, {.name = "Content-Length", .value = "3"}},
       "not as long"},
      {"two lengths",
       kCreate,
       Whole,
       "{}",
       {kJson, {.name = "Content-Length", .value = "2"}, kZero},
       "not as long"},
      {"the right length",
       kCreate,
       Whole,
       "{}",
       {kJson, {.name = "Content-Length", .value = "2"}},
       ""},
      {"no type", kCreate, Whole, "{}", {}, "not sent as"},
      {"text", kCreate, Whole, "{}", type("text/plain"), "not sent as"},
      {"text/json", kCreate, Whole, "{}", type("text/json"), "not sent as"},
      {"broken parameters", kCreate, Whole, "{}", type("application/json;;;="), "cannot be read"},
      {"two types",
       kCreate,
       Whole,
       "{}",
       {kJson, {.name = "content-type", .value = "text/plain"}},
       "more than once"},
      {"a type with a tail", kCreate, Whole, "{}", type("application/json+x"), "not sent as"},
      {"compressed",
       kCreate,
       Whole,
       "{}",
       {kJson, {.name = "Content-Encoding", .value = "gzip"}},
       "compressed"},
      {"not compressed",
       kCreate,
       Whole,
       "{}",
       {kJson, {.name = "Content-Encoding", .value = "identity"}},
       ""},
      {"swarm takes any type, we do not",
       "/swarm/init",
       Whole,
       "{}",
       type("text/plain"),
       "not sent as"},
      {"swarm join not shown", "/swarm/join", Unseen, "", type("text/plain"), "not shown"},
      {"broken json", kCreate, Whole, "{", {kJson}, "not JSON"},
      {"two values", kCreate, Whole, "{}{}", {kJson}, "behind"},
      {"a list", kCreate, Whole, "[]", {kJson}, "an object"},
      {"members beside HostConfig",
       kCreate,
       Whole,
       R"({"HostConfig":{},"Privileged":true})",
       {kJson},
       "outside of HostConfig"},
      {"harmless members beside HostConfig",
       kCreate,
       Whole,
       R"({"HostConfig":{},"Privileged":false,"Binds":[]})",
       {kJson},
       ""},
      {"commit without", "/commit?container=a", Empty, "", {}, ""},
      {"commit, plugin, length zero", "/commit?container=a", Unseen, "", {kZero}, ""},
      {"commit, plugin, nothing said", "/commit?container=a", Unseen, "", {}, "not shown"},
      {"commit, plugin, chunked said",
       "/commit?container=a",
       Unseen,
       "",
       {kZero, {.name = "Transfer-Encoding", .value = "chunked"}},
       "not shown"},
      {"start without", kStart, Empty, "", {}, ""},
      {"start, plugin", kStart, Unseen, "", {}, ""},
      {"start with a host configuration",
       kStart,
       Whole,
       R"({"Binds":["/:/h"]})",
       {kJson},
       "takes no body"},
      {"start with an empty object", kStart, Whole, "{}", {kJson}, ""},
      {"start, plugin, a large body",
       kStart,
       Unseen,
       "",
       {{.name = "Content-Length", .value = "2000000"}},
       "takes no body"},
      {"a form overrules the query",
       "/containers/web/rename?name=a",
       Whole,
       "name=b",
       {kForm},
       "form"},
      {"a form, streamed", "/images/create?fromImage=a", Streamed, "", {kForm}, "form"},
      {"a form, not shown", "/build?t=a", Unseen, "", {kForm}, "form"},
      {"an empty form", kStart, Whole, "", {kForm}, ""},
      {"an empty form, plugin", kStart, Unseen, "", {kForm, kZero}, ""},
      {"parts", "/build?t=a", Streamed, "", type("multipart/form-data; boundary=x"), "form"},
      {"a form with a broken type",
       "/build?t=a",
       Streamed,
       "",
       type("application/x-www-form-urlencoded;="),
       "cannot be read"},
      {"a build context", "/build?t=a", Streamed, "", type("application/x-tar"), ""},
      {"a build context, plugin", "/build?t=a", Unseen, "", type("application/x-tar"), ""},
      {"cp", "/containers/web/archive?path=/", Streamed, "", type("text/plain"), "", "PUT"},
      {"load", "/images/load", Unseen, "", type("application/x-tar"), ""},
      {"login is not looked at", "/auth", Unseen, "", {kJson}, ""},
      {"exec start", "/exec/1/start", Streamed, "", {kJson}, ""},
      {"attach", "/containers/web/attach", Unseen, "", {}, ""},
      {"plugin settings that are no list", "/plugins/p/set", Whole, "{}", {kJson}, "a list"},
      {"a GET with a form", "/info", Whole, "a=b", {kForm}, "", "GET"},
  };
}

TEST(EngineCall, BodiesAreTrueOrRefused) {
  for (const BodyCase& row : body_cases()) {
    const EngineRequest request{.method = std::string(row.method),
                                .target = std::string(row.target),
                                .headers = row.headers,
                                .body_state = row.state,
                                .body = std::string(row.body)};
    const auto call = parse_engine_call(request);
    if (row.part.empty()) {
      EXPECT_TRUE(call) << row.name << ": " << call.error().text();
    } else {
      ASSERT_FALSE(call) << row.name;
      EXPECT_NE(call.error().text().find(row.part), std::string::npos)
          << row.name << ": " << call.error().text();
    }
  }
}

TEST(EngineCall, HostConfigOutsideOfItsPlaceCounts) {
  const EngineRequest request = with_body(
      "POST", "/containers/create", R"({"Image":"a","privileged":true,"BINDS":["/:/h"]})");
  const auto call = parse_engine_call(request);
  ASSERT_TRUE(call) << call.error().text();
  EXPECT_EQ(json::value(call->body),
            json::parse(R"({"Image":"a","HostConfig":{"Privileged":true,"Binds":["/:/h"]}})"));
}

TEST(EngineCall, SaysWhatElseIsTouchedAndNamed) {
  const auto read = [](std::string_view method, std::string_view target, std::string_view body) {
    const EngineRequest request = with_body(method, target, body);
    auto call = parse_engine_call(request);
    return call ? *std::move(call) : EngineCall{};
  };
  const EngineCall saved = read("GET", "/images/get?names=a&names=b&names=c", "");
  ASSERT_EQ(saved.also.size(), 2U);
  EXPECT_EQ(saved.also[1].name, "c");
  EXPECT_EQ(saved.also[1].kind, ResourceKind::Image);
  const EngineCall connected = read("POST", "/networks/n/connect", R"({"container":"web"})");
  ASSERT_EQ(connected.also.size(), 1U);
  EXPECT_EQ(connected.also[0].name, "web");
  const std::vector<std::string> want{"b:2"};
  EXPECT_EQ(read("POST", "/images/a/tag?repo=b&tag=2", "").produces, want);
  EXPECT_EQ(read("POST", "/commit?container=a&repo=b&tag=2", "").produces, want);
  EXPECT_EQ(read("POST", "/build?t=b:2", "").produces, want);
  // BuildKit's outputs name images, too.
  EXPECT_EQ(read("POST",
                 "/build?version=2&outputs=%5B%7B%22type%22:%22moby%22,%22ATTRS%22:%7B%22x%22:%22y%"
                 "22%7D%7D,"
                 "%7B%22Attrs%22:%7B%22name%22:%22b:2%22%7D%7D%5D",
                 "")
                .produces,
            want);
  const EngineCall set = read("POST", "/plugins/p/set", R"(["A=b"])");
  EXPECT_EQ(json::value(set.body), json::parse(R"({"items":["A=b"]})"));
  const EngineCall flags = read("GET", "/containers/json?all=True&size=none", "");
  EXPECT_TRUE(flags.query_flag("all"));
  EXPECT_FALSE(flags.query_flag("size"));
}

} // namespace
} // namespace portique::access
