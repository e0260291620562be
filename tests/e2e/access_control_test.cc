// Access control as docs/access-control.md walks an operator through it: the page's own policy and
// commands, a real dockerd, its own client, certificates and local users.

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <sstream>
#include <thread>

#include "e2e/program.h"
#include "e2e/running_program.h"
#include "e2e/tools_image.h"
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/base/text.h"
#include "portique/test_support/engine_daemon.h"
#include "portique/test_support/raw_client.h"

namespace portique::e2e {
namespace {

namespace fs = std::filesystem;
using test_support::EngineDaemon;
using test_support::RawClient;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string page() {
  return base::read_file(fs::path(PORTIQUE_DOCS) / "access-control.md", 1U << 20U).value();
}

/// The first block of YAML on the page.
std::string policy_of_page() {
  const std::string text = page();
  const std::size_t begin = text.find("```yaml\n") + 8;
  return text.substr(begin, text.find("```", begin) - begin);
}

struct Act {
  std::string who;
  std::vector<std::string> words; ///< behind "docker"
  std::string refusal;            ///< a part of what the client is told, "" if it is let through
};

std::vector<Act> acts_of_page() {
  std::vector<Act> acts;
  const std::string text = page();
  for (const std::string_view line : base::split(text, '\n')) {
    const auto cells = base::split(line, '|');
    if (cells.size() != 5 || !base::trim(cells[2]).starts_with("docker ")) continue;
    Act act{.who = std::string(base::trim(cells[1])), .words = {}, .refusal = {}};
    for (const std::string_view word : base::split(base::trim(cells[2]), ' '))
      act.words.emplace_back(word);
    act.words.erase(act.words.begin());
    if (base::trim(cells[3]) != "-") act.refusal = base::trim(cells[3]);
    acts.push_back(std::move(act));
  }
  return acts;
}

fs::path certificates_of(const fs::path& pki) {
  const auto issue = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"authz", "issue-cert"});
    words.insert(words.end(), {"--dir", pki.string()});
    const auto made = portique(words);
    EXPECT_EQ(made.exit_status, 0) << made.err;
  };
  issue({"ca"});
  issue({"server", "127.0.0.1", "localhost"});
  for (const char* user : {"alice", "bob", "carol", "dave"})
    issue({"user", user, "-O", "example"});
  const fs::path server = fresh_folder();
  fs::copy_file(pki / "ca.pem", server / "ca.pem");
  fs::copy_file(pki / "server/127.0.0.1/cert.pem", server / "server.pem");
  fs::copy_file(pki / "server/127.0.0.1/key.pem", server / "server.key");
  return server;
}

using Client = std::function<base::ProgramOutput(const Act&)>;

/// Docker's client with the certificate of whoever acts.
Client client_with_certificates(const fs::path& pki, const std::string& port) {
  return [pki, port](const Act& act) {
    const fs::path own = pki / "users" / act.who;
    std::vector<std::string> words{"docker",
                                   "--tlsverify",
                                   "--tlscacert=" + (own / "ca.pem").string(),
                                   "--tlscert=" + (own / "cert.pem").string(),
                                   "--tlskey=" + (own / "key.pem").string(),
                                   "-H",
                                   "tcp://127.0.0.1:" + port};
    words.insert(words.end(), act.words.begin(), act.words.end());
    return base::run_program(words).value();
  };
}

/// Docker's client as a local user.
Client client_as_local_user(const fs::path& socket) {
  return [socket](const Act& act) {
    const std::string uid = act.who == "alice"   ? "5001"
                            : act.who == "bob"   ? "5002"
                            : act.who == "carol" ? "5003"
                                                 : "5004";
    std::vector<std::string> words{"env",
                                   "HOME=/nonexistent",
                                   "setpriv",
                                   "--reuid",
                                   uid,
                                   "--regid",
                                   uid,
                                   "--clear-groups",
                                   "docker",
                                   "-H",
                                   "unix://" + socket.string()};
    words.insert(words.end(), act.words.begin(), act.words.end());
    return base::run_program(words).value();
  };
}

void expect_the_page(const Client& client) {
  const std::vector<Act> acts = acts_of_page();
  ASSERT_GE(acts.size(), 30U);
  for (const Act& act : acts) {
    const auto ran = client(act);
    const std::string shown =
        act.who + ": docker " + fmt::format("{}", fmt::join(act.words, " ")) + "\n" + ran.err;
    if (act.refusal.empty()) {
      EXPECT_EQ(ran.exit_status, 0) << shown;
    } else {
      EXPECT_NE(ran.exit_status, 0) << shown;
      EXPECT_THAT(ran.err, HasSubstr(act.refusal)) << shown;
    }
  }
}

class AccessControl : public ::testing::Test {
protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "a daemon of its own needs root";
    ::chmod(folder_.c_str(), 0755); // local users look for the guard's socket in it
    ::chmod(folder_.parent_path().c_str(), 0755);
    write_file(policy_, policy_of_page());
  }

  /// `portique authz` with the page's policy and these gates.
  std::unique_ptr<RunningProgram> gate(std::vector<std::string> flags) {
    flags.insert(flags.begin(),
                 {"authz",
                  "--policy",
                  policy_.string(),
                  "--trail",
                  trail_.string(),
                  "--state",
                  (folder_ / "state").string()});
    return std::make_unique<RunningProgram>(folder_ / "log", std::move(flags));
  }

  /// The same as a guard alone, for every local user.
  std::unique_ptr<RunningProgram> guard_before(const EngineDaemon& engine) {
    return gate({"--engine-socket",
                 engine.socket().string(),
                 "--guard-socket",
                 guard_.string(),
                 "--guard-mode",
                 "0666"});
  }

  void expect_a_sound_trail() const {
    const auto verified = portique({"audit", "verify", trail_.string()});
    EXPECT_EQ(verified.exit_status, 0) << verified.out << verified.err;
  }

  fs::path folder_ = fresh_folder();
  fs::path policy_ = folder_ / "access.yaml";
  fs::path trail_ = folder_ / "trail";
  fs::path guard_ = folder_ / "docker.sock";
  std::string plugin_ = fmt::format("portique-e2e-{}", ::getpid());
  fs::path plugin_socket_ = folder_ / "plugin.sock";
};

TEST_F(AccessControl, TheGuardDoesWhatThePageSays) {
  const fs::path pki = fresh_folder() / "pki";
  const fs::path server = certificates_of(pki);
  PQ_ENGINE_OR_SKIP(engine, EngineDaemon::Kind::Docker);
  PQ_TOOLS_OR_SKIP(engine);
  {
    const auto portique_authz = gate({"--engine-socket",
                                      engine.socket().string(),
                                      "--guard-socket",
                                      guard_.string(),
                                      "--guard-mode",
                                      "0666",
                                      "--guard-listen",
                                      "127.0.0.1:0",
                                      "--tls-cert",
                                      (server / "server.pem").string(),
                                      "--tls-key",
                                      (server / "server.key").string(),
                                      "--tls-client-ca",
                                      (server / "ca.pem").string()});
    ASSERT_TRUE(portique_authz->says("guard on port")) << portique_authz->log();
    expect_the_page(client_with_certificates(pki, portique_authz->word_behind("guard on port")));
    expect_the_page(client_as_local_user(guard_));
    portique_authz->signal(SIGTERM);
    EXPECT_EQ(portique_authz->wait(), 0) << portique_authz->log();
  }
  expect_a_sound_trail();
  const auto denied = portique({"audit",
                                "search",
                                "--trail",
                                trail_.string(),
                                "--user",
                                "alice",
                                "--decision",
                                "deny",
                                "--json"});
  EXPECT_EQ(denied.exit_status, 0) << denied.err;
  EXPECT_THAT(denied.out, HasSubstr("containers.create"));
  EXPECT_THAT(denied.out, Not(HasSubstr("\"bob\"")));
}

TEST_F(AccessControl, ThePluginDoesWhatThePageSays) {
  const fs::path pki = fresh_folder() / "pki";
  const fs::path server = certificates_of(pki);
  // The daemon looks for its plugin when it begins; the plugin looks at the engine later.
  const fs::path link = folder_ / "engine.sock";
  const auto portique_authz =
      gate({"--engine-socket", link.string(), "--plugin-socket", plugin_socket_.string()});
  ASSERT_TRUE(portique_authz->says("plugin at")) << portique_authz->log();
  PQ_ENGINE_OR_SKIP(engine,
                    EngineDaemon::Kind::Docker,
                    server,
                    {"plugin:" + plugin_ + "=" + plugin_socket_.string()});
  fs::create_symlink(engine.socket(), link);
  // Nobody has a name over the engine's own socket, root included.
  const auto nameless = base::run_program({"docker", "-H", engine.address(), "ps"}).value();
  EXPECT_NE(nameless.exit_status, 0);
  EXPECT_THAT(nameless.err, HasSubstr("authorization denied by plugin"));
  std::string with_admin = policy_of_page();
  with_admin += "  admin: {users: [root-for-tests]}\n";
  write_file(policy_, with_admin);
  // The image has to come through the gate, too: from somebody who may.
  std::string for_import = policy_of_page();
  for_import += "  admin: {socket: true}\n";
  write_file(policy_, for_import);
  ASSERT_TRUE(portique_authz->says("serving policy"));
  for (int i = 0; i < 200; ++i) {
    if (base::run_program({"docker", "-H", engine.address(), "ps"}).value().exit_status == 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  PQ_TOOLS_OR_SKIP(engine);
  expect_the_page(client_with_certificates(pki, std::to_string(engine.port())));
  portique_authz->signal(SIGTERM);
  EXPECT_EQ(portique_authz->wait(), 0) << portique_authz->log();
  expect_a_sound_trail();
}

/// The engine asks the plugin about what the guard lets through, too; nobody would have a name
/// there.
TEST_F(AccessControl, BothGatesTogetherDecideOnce) {
  const fs::path link = folder_ / "engine.sock";
  write_file(policy_, policy_of_page() + "  admin: {socket: true}\n"); // brings the image
  const auto portique_authz = gate({"--engine-socket",
                                    link.string(),
                                    "--plugin-socket",
                                    plugin_socket_.string(),
                                    "--guard-socket",
                                    guard_.string(),
                                    "--guard-mode",
                                    "0666"});
  ASSERT_TRUE(portique_authz->says("guard at")) << portique_authz->log();
  PQ_ENGINE_OR_SKIP(engine,
                    EngineDaemon::Kind::Docker,
                    "",
                    {"plugin:" + plugin_ + "=" + plugin_socket_.string()});
  fs::create_symlink(engine.socket(), link);
  PQ_TOOLS_OR_SKIP(engine);
  write_file(policy_, policy_of_page());
  const auto nameless = [&] { return base::run_program({"docker", "-H", engine.address(), "ps"}); };
  for (int i = 0; i < 200 && nameless().value().exit_status == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_THAT(nameless().value().err, HasSubstr("authorization denied by plugin"));
  expect_the_page(client_as_local_user(guard_));
  const auto twice = portique({"audit",
                               "search",
                               "--trail",
                               trail_.string(),
                               "--gate",
                               "plugin",
                               "--action",
                               "containers.create",
                               "--decision",
                               "allow",
                               "--json"});
  EXPECT_EQ(twice.out, "") << twice.err;
  portique_authz->signal(SIGTERM);
  EXPECT_EQ(portique_authz->wait(), 0) << portique_authz->log();
  expect_a_sound_trail();
}

/// A request as nobody's client would send it.
struct RawRequest {
  const char* name;
  std::string bytes;
};

std::string create(std::string_view target,
                   std::string_view headers,
                   std::string_view body,
                   std::string_view length = {}) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n{}{}\r\n{}",
                     target,
                     headers,
                     length.empty() ? fmt::format("Content-Length: {}\r\n", body.size())
                                    : std::string(length),
                     body);
}

/// Every way that is known to bring a privileged container, or a mount of the host, past a gate.
std::vector<RawRequest> bypasses() {
  const std::string json = "Content-Type: application/json\r\n";
  const std::string body =
      R"({"Image":"tools","Cmd":["true"],"HostConfig":{"NetworkMode":"none","Privileged":true}})";
  const std::string plain = R"({"Image":"tools","Cmd":["true"],"HostConfig":{"NetworkMode":"none")";
  const std::string target = "/v1.41/containers/create";
  const std::string padding(1U << 20U, ' ');
  std::vector<RawRequest> list{
      {"as it is", create(target, json, body)},
      {"behind a megabyte of blanks", create(target, json, padding + body)},
      {"behind two", create(target, json, padding + padding + body)},
      {"a length of zero", create(target, json, body, "Content-Length: 0\r\n")},
      {"no length", create(target, json, body, "X-Nothing: 1\r\n")},
      {"two lengths",
       create(target,
              json,
              body,
              fmt::format("Content-Length: 0\r\nContent-Length: {}\r\n", body.size()))},
      {"chunked",
       create(target,
              json,
              fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", body.size(), body),
              "Transfer-Encoding: chunked\r\n")},
      {"chunked and a length",
       create(target,
              json,
              fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", body.size(), body),
              "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n")},
      {"chunked, a megabyte",
       create(target,
              json,
              fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", padding.size() + body.size(), padding + body),
              "Transfer-Encoding: chunked\r\n")},
      {"as a text", create(target, "Content-Type: text/plain\r\n", body)},
      {"of no type", create(target, "", body)},
      {"of a type with parameters",
       create(target, "Content-Type: Application/JSON; charset=utf-8\r\n", body)},
      {"said to be compressed", create(target, json + "Content-Encoding: gzip\r\n", body)},
      {"without a version", create("/containers/create", json, body)},
      {"of an old version", create("/v1.12/containers/create", json, body)},
      {"of a version to come", create("/v1.99/containers/create", json, body)},
      {"an escaped slash", create("/v1.41/containers%2fcreate", json, body)},
      {"an escaped letter", create("/v1.41/containers/%63reate", json, body)},
      {"an absolute target", create("http://x/v1.41/containers/create", json, body)},
      {"two slashes", create("//v1.41/containers/create", json, body)},
      {"a dot segment", create("/v1.41/./containers/create", json, body)},
      {"up and down", create("/v1.41/images/../containers/create", json, body)},
      {"small letters", create(target, json, plain + R"(,"privileged":true}})")},
      {"the last of two",
       create(target, json, plain + R"(,"Privileged":false,"privileged":true}})")},
      {"an object in two parts",
       create(target, json, plain + R"(,"Privileged":true},"hostconfig":{"Memory":67108864}})")},
      {"null behind it", create(target, json, plain + R"(,"Privileged":true,"privileged":null}})")},
      {"a letter that folds",
       create(target,
              json,
              "{\"Image\":\"tools\",\"Ho\u017ftConfig\":{\"NetworkMode\":\"none\",\"Privileged\":"
              "true}}")},
      {"an escaped name", create(target, json, plain + R"(,"\u0050rivileged":true}})")},
      {"more than one value", create(target, json, plain + "}}" + body)},
      {"a bind", create(target, json, plain + R"(,"Binds":["/etc:/host"]}})")},
      {"a mount",
       create(target,
              json,
              plain + R"(,"Mounts":[{"Type":"bind","Source":"/etc","Target":"/host"}]}})")},
      {"a volume that binds",
       create(target,
              json,
              plain +
                  R"(,"Mounts":[{"Type":"volume","Target":"/host","VolumeOptions":{"DriverConfig":)"
                  R"({"Name":"local","Options":{"type":"none","o":"bind","device":"/etc"}}}}]}})")},
      {"the root of a process",
       create(target, json, plain + R"(,"Binds":["/proc/1/root/etc:/host"]}})")},
      {"a device",
       create(target,
              json,
              plain + R"(,"Devices":[{"PathOnHost":"/dev/mem","PathInContainer":"/d",)"
                      R"("CgroupPermissions":"rwm"}]}})")},
      {"a device rule", create(target, json, plain + R"(,"DeviceCgroupRules":["c *:* rwm"]}})")},
      {"paths unmasked", create(target, json, plain + R"(,"MaskedPaths":[],"ReadonlyPaths":[]}})")},
      {"a parent cgroup", create(target, json, plain + R"(,"CgroupParent":"/"}})")},
      {"start of an old version",
       create("/v1.23/containers/victim/start", json, R"({"Binds":["/etc:/host"]})")},
      {"a volume of its own",
       create(
           "/v1.41/volumes/create",
           json,
           R"({"Name":"trap","Driver":"local","DriverOpts":{"type":"none","o":"bind","device":"/etc"}})")},
      {"a plugin", create("/v1.41/plugins/pull?remote=x", json, "[]")},
      {"debugging", "GET /debug/pprof/ HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n"},
      {"a route that is unknown", create("/v1.41/containers/victim/teleport", json, "{}")},
      {"libpod", create("/v1.41/libpod/containers/create", json, body)},
  };
  return list;
}

constexpr std::string_view kCreator = R"(version: 1
name: creators
roles:
  creator:
    constraints: [baseline]
    allow: ["containers.*", "volumes.*", "images.*", system.ping]
bindings:
  creator: {socket: true, uids: [0]}
)";

/// No request may leave anything behind; a harmless one must.
void expect_no_bypass(const fs::path& socket) {
  const auto containers = [&] {
    return RawClient::to(socket).ask(
        "GET /v1.41/containers/json?all=1 HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n");
  };
  const std::string none = "\r\n\r\n[]";
  EXPECT_THAT(containers(), HasSubstr(none));
  for (const RawRequest& request : bypasses()) {
    RawClient client = RawClient::to(socket);
    client.send(request.bytes); // a gate may hang up before it has all of it
    const std::string answer = client.read_all();
    EXPECT_THAT(answer,
                AnyOf(StartsWith("HTTP/1.1 4"), StartsWith("HTTP/1.1 3"), StartsWith("HTTP/1.1 5")))
        << request.name;
    EXPECT_THAT(containers(), HasSubstr(none)) << request.name << "\n" << answer;
  }
  const std::string harmless = RawClient::to(socket).ask(
      create("/v1.41/containers/create?name=fine",
             "Content-Type: application/json\r\n",
             R"({"Image":"tools","Cmd":["true"],"HostConfig":{"NetworkMode":"none"}})"));
  EXPECT_THAT(harmless, StartsWith("HTTP/1.1 201"));
}

TEST_F(AccessControl, NoKnownBypassPassesTheGuard) {
  PQ_ENGINE_OR_SKIP(engine, EngineDaemon::Kind::Docker);
  PQ_TOOLS_OR_SKIP(engine);
  write_file(policy_, kCreator);
  const auto portique_authz =
      gate({"--engine-socket", engine.socket().string(), "--guard-socket", guard_.string()});
  ASSERT_TRUE(portique_authz->says("guard at")) << portique_authz->log();
  expect_no_bypass(guard_);
}

TEST_F(AccessControl, NoKnownBypassPassesThePlugin) {
  write_file(policy_, kCreator);
  const fs::path link = folder_ / "engine.sock";
  const auto portique_authz =
      gate({"--engine-socket", link.string(), "--plugin-socket", plugin_socket_.string()});
  ASSERT_TRUE(portique_authz->says("plugin at")) << portique_authz->log();
  PQ_ENGINE_OR_SKIP(engine,
                    EngineDaemon::Kind::Docker,
                    {},
                    {"plugin:" + plugin_ + "=" + plugin_socket_.string()});
  fs::create_symlink(engine.socket(), link);
  PQ_TOOLS_OR_SKIP(engine);
  expect_no_bypass(engine.socket());
}

constexpr std::string_view kOneRegistry = R"(version: 1
name: registry
bindings:
  developer: {uids: [5001]}
  operator: {uids: [5003]}
rules:
  - name: one-registry
    on: request
    deny: image.registry exists and not image.registry in (registry.corp)
    message: "{request.images} is from {image.registry}"
)";

TEST_F(AccessControl, ImagesAreJudgedByWhatTheyAreAndNotByWhatTheyAreCalled) {
  PQ_ENGINE_OR_SKIP(engine, EngineDaemon::Kind::Docker);
  PQ_TOOLS_OR_SKIP(engine, "registry.corp/tools:1");
  PQ_TOOLS_OR_SKIP(engine, "evil.example/tools:1");
  PQ_TOOLS_OR_SKIP(engine, "nameless:1");
  const auto as_root = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"docker", "-H", engine.address()});
    return base::run_program(words).value();
  };
  const auto id_of = [&](const std::string& name) {
    const auto shown = as_root({"image", "inspect", "--format", "{{.Id}}", name});
    EXPECT_EQ(shown.exit_status, 0) << shown.err;
    return std::string(base::trim(shown.out));
  };
  const std::string good = id_of("registry.corp/tools:1");
  const std::string evil = id_of("evil.example/tools:1");
  const std::string nameless = id_of("nameless:1");
  ASSERT_NE(good, evil);
  // Its name goes to another one.
  PQ_TOOLS_OR_SKIP(engine, "nameless:1");
  ASSERT_NE(id_of("nameless:1"), nameless);
  ASSERT_EQ(as_root({"image", "inspect", nameless}).exit_status, 0);
  write_file(policy_, kOneRegistry);
  const auto portique_authz = guard_before(engine);
  ASSERT_TRUE(portique_authz->says("guard at")) << portique_authz->log();
  const Client client = client_as_local_user(guard_);
  const auto act = [&](const char* who, std::vector<std::string> words, const char* refusal) {
    const std::string shown = fmt::format("{}: docker {}", who, fmt::join(words, " "));
    const auto ran = client({.who = who, .words = std::move(words), .refusal = ""});
    if (*refusal == '\0') {
      EXPECT_EQ(ran.exit_status, 0) << shown << "\n" << ran.err;
      return;
    }
    EXPECT_NE(ran.exit_status, 0) << shown;
    EXPECT_THAT(ran.err, HasSubstr(refusal)) << shown;
  };
  const auto run = [&](const std::string& image, const char* refusal) {
    act("alice", {"run", "--rm", "--network", "none", image, "true"}, refusal);
  };
  const std::size_t prefix = std::string("sha256:").size();
  for (const std::string& name : {std::string("registry.corp/tools:1"),
                                  good,
                                  good.substr(prefix),
                                  good.substr(prefix, 12),
                                  good.substr(0, prefix + 12)})
    run(name, "");
  for (const std::string& name : {std::string("evil.example/tools:1"),
                                  evil,
                                  evil.substr(prefix),
                                  evil.substr(prefix, 12),
                                  evil.substr(0, prefix + 12)})
    run(name, "is from evil.example");
  run(nameless, "is from sha256:");
  run(nameless.substr(prefix, 12), "is from sha256:");
  // Nobody gives an image a better name, nor one that is somebody else's.
  act("alice", {"tag", evil, "registry.corp/tools:2"}, "evil.example");
  act("alice", {"tag", nameless, "registry.corp/tools:2"}, "sha256:");
  act("alice", {"tag", good, "other.example/tools:2"}, "other.example");
  act("alice", {"tag", good, "registry.corp/tools:2"}, "");
  act("carol", {"create", "--name", "base", "registry.corp/tools:1", "true"}, "");
  act("carol", {"commit", "base", "evil.example/house:1"}, "evil.example");
  act("carol", {"commit", "base", "registry.corp/house:1"}, "");
  act("alice", {"pull", "registry.corp/house:1"}, "others-resources");
  act("alice", {"pull", "--all-tags", "registry.corp/house"}, "others-resources");
  act("alice", {"tag", good, "registry.corp/house:1"}, "others-resources");
  // What would happen can be asked beforehand.
  const auto check = [&](const std::string& image) {
    return portique({"authz",
                     "check",
                     "--policy",
                     policy_.string(),
                     "--engine-socket",
                     engine.socket().string(),
                     "--as",
                     "alice",
                     "--uid",
                     "5001",
                     "--",
                     "docker",
                     "create",
                     image});
  };
  EXPECT_EQ(check(good).exit_status, 0);
  EXPECT_THAT(check(evil).out, HasSubstr("is from evil.example"));
  EXPECT_THAT(check(nameless).out, HasSubstr("is from sha256:"));
  expect_a_sound_trail();
}

TEST_F(AccessControl, RightsForAnEmergencyEndAndStandInTheTrail) {
  PQ_ENGINE_OR_SKIP(engine, EngineDaemon::Kind::Docker);
  write_file(policy_,
             policy_of_page() + "break_glass:\n  admin: {users: [\"uid:5004\"], longest: 1h}\n");
  const auto portique_authz = guard_before(engine);
  ASSERT_TRUE(portique_authz->says("guard at")) << portique_authz->log();
  const Client client = client_as_local_user(guard_);
  const Act look{.who = "dave", .words = {"ps"}, .refusal = ""};
  EXPECT_NE(client(look).exit_status, 0);
  const auto break_glass = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"authz", "break-glass"});
    words.insert(words.end(), {"--state", (folder_ / "state").string()});
    return portique(words);
  };
  const std::vector<std::string> wanted{
      "take", "admin", "--user", "uid:5004", "--policy", policy_.string()};
  auto without_reason = wanted;
  EXPECT_EQ(break_glass(without_reason).exit_status, 2);
  auto too_long = wanted;
  too_long.insert(too_long.end(), {"--reason", "the disk is full", "--minutes", "90"});
  EXPECT_NE(break_glass(too_long).exit_status, 0);
  auto good = wanted;
  good.insert(good.end(), {"--reason", "the disk is full", "--minutes", "5"});
  const auto taken = break_glass(good);
  ASSERT_EQ(taken.exit_status, 0) << taken.err;
  const std::string grant = taken.out.substr(0, taken.out.find(':'));
  EXPECT_THAT(break_glass({"list"}).out, HasSubstr("the disk is full"));
  base::ProgramOutput ran;
  for (int i = 0; i < 100 && (ran = client(look)).exit_status != 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_EQ(break_glass({"end", grant}).exit_status, 0);
  for (int i = 0; i < 100 && (ran = client(look)).exit_status == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_NE(ran.exit_status, 0);
  expect_a_sound_trail();
  const auto found = portique(
      {"audit", "search", "--trail", trail_.string(), "--text", "the disk is full", "--json"});
  EXPECT_THAT(found.out, HasSubstr("uid:5004"));
}

TEST_F(AccessControl, APolicyWaitsForASecondPerson) {
  PQ_ENGINE_OR_SKIP(engine, EngineDaemon::Kind::Docker);
  const auto key = [&](const std::string& name) {
    const std::string path = (folder_ / (name + ".pem")).string();
    EXPECT_TRUE(base::run_program({"openssl", "genpkey", "-algorithm", "ed25519", "-out", path}));
    std::string pem = base::run_program({"openssl", "pkey", "-in", path, "-pubout"}).value().out;
    std::string lines;
    for (const std::string_view line : base::split(base::trim(pem), '\n'))
      lines += "      " + std::string(line) + "\n";
    return "    " + name + ": |\n" + lines;
  };
  const std::string people =
      "author: ann\napprovals:\n  needed: 1\n  people:\n" + key("ann") + key("bob");
  const auto approve = [&](const std::string& person, const std::string& by) {
    return portique({"authz",
                     "approve",
                     policy_.string(),
                     "--person",
                     person,
                     "--key",
                     (folder_ / (by + ".pem")).string()});
  };
  write_file(policy_, std::string(kCreator) + people);
  EXPECT_NE(approve("bob", "ann").exit_status, 0) << "it is not his key";
  EXPECT_EQ(approve("ann", "ann").exit_status, 0);
  const auto enough = approve("bob", "bob");
  EXPECT_EQ(enough.exit_status, 0) << enough.err;
  EXPECT_THAT(enough.out, HasSubstr("it can serve"));
  const auto portique_authz =
      gate({"--engine-socket", engine.socket().string(), "--guard-socket", guard_.string()});
  ASSERT_TRUE(portique_authz->says("guard at")) << portique_authz->log();
  const std::string ping = "GET /v1.41/_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n";
  EXPECT_THAT(RawClient::to(guard_).ask(ping), StartsWith("HTTP/1.1 200"));
  // Nobody's approval, nor its author's alone, lets a change serve.
  ASSERT_TRUE(
      base::write_file_atomically(policy_, std::string(kCreator) + "mode: audit\n" + people));
  portique_authz->signal(SIGHUP);
  ASSERT_TRUE(portique_authz->says("could not be read again")) << portique_authz->log();
  EXPECT_EQ(approve("ann", "ann").exit_status, 0);
  portique_authz->signal(SIGHUP);
  const std::string inspect = "GET /v1.41/info HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n";
  EXPECT_THAT(RawClient::to(guard_).ask(inspect), StartsWith("HTTP/1.1 403"));
}

TEST_F(AccessControl, SurvivesKillsBrokenPoliciesAndReloadsUnderLoad) {
  PQ_ENGINE_OR_SKIP(engine, EngineDaemon::Kind::Docker);
  write_file(policy_, kCreator);
  const std::vector<std::string> flags{
      "--engine-socket", engine.socket().string(), "--guard-socket", guard_.string()};
  auto portique_authz = gate(flags);
  ASSERT_TRUE(portique_authz->says("guard at")) << portique_authz->log();
  const std::string ping = "GET /v1.41/_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n";
  std::string failure;
  std::mutex failing;
  const auto pings = [&] {
    const std::string answer = RawClient::to(guard_).ask(ping);
    const bool good = answer.starts_with("HTTP/1.1 200");
    const std::lock_guard lock(failing);
    if (!good) failure = answer;
    return good;
  };
  EXPECT_TRUE(pings());

  // A broken policy changes nothing, and is told.
  write_file(policy_, "version: 1\nroles: {creator: {allow: [containers.raet]}}\n");
  portique_authz->signal(SIGHUP);
  ASSERT_TRUE(portique_authz->says("could not be read again")) << portique_authz->log();
  EXPECT_TRUE(pings());

  // Reloads while eight clients ask: none of them fails.
  std::atomic<bool> stop{false};
  std::atomic<int> asked{0};
  std::atomic<int> failed{0};
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i)
      clients.emplace_back([&] {
        while (!stop) {
          if (!pings()) ++failed;
          ++asked;
        }
      });
    for (int i = 0; i < 10; ++i) {
      const std::string taken = std::string(kCreator) + fmt::format("description: take {}\n", i);
      ASSERT_TRUE(base::write_file_atomically(policy_, taken));
      portique_authz->signal(SIGHUP);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    stop = true;
  }
  EXPECT_GT(asked, 50);
  EXPECT_EQ(failed, 0) << failure;

  // Killed and started anew: the trail goes on, and no line that was answered is missing.
  portique_authz->signal(SIGKILL);
  EXPECT_EQ(portique_authz->wait(), -1);
  portique_authz = gate(flags);
  ASSERT_TRUE(portique_authz->says("guard at")) << portique_authz->log();
  EXPECT_TRUE(pings());
  portique_authz->signal(SIGTERM);
  EXPECT_EQ(portique_authz->wait(), 0) << portique_authz->log();
  expect_a_sound_trail();
  const auto found = portique(
      {"audit", "search", "--trail", trail_.string(), "--action", "system.ping", "--json"});
  EXPECT_GE(std::ranges::count(found.out, '\n'), asked.load());
}

} // namespace
} // namespace portique::e2e
