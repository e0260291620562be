#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/access/audit/file_trail.h"
#include "portique/access/command_line/assumed_engine.h"
#include "portique/access/command_line/docker_command_line.h"
#include "portique/access/docker/request_facts.h"
#include "portique/access/gatekeeper.h"
#include "portique/access/replay/replay.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

constexpr std::string_view kLines = PORTIQUE_TESTDATA "/docker_lines.txt";

/// Policies that ask what the sets of constraints ask, and of bodies, queries and headers besides.
constexpr std::string_view kPolicies[] = {
    R"(
roles: {all: {constraints: [strict, own], allow: ['*']}}
bindings: {all: {users: ['*']}}
)",
    R"(
bindings: {developer: {users: [alice]}, viewer: {users: ['*']}}
)",
    R"(
roles: {all: {unconstrained: true, allow: ['*'], deny: [{actions: [containers.exec], label: tier=db}]}}
bindings: {all: {users: ['*']}}
rules:
  - name: bodies
    on: request
    message: no
    deny: >
      request.body.HostConfig.RestartPolicy.Name = always or
      request.body.HostConfig.Mounts.Type = bind or request.body.HostConfig.AutoRemove = true or
      request.body.Labels exists or request.body.Tty = true or
      request.body.HostConfig.NanoCpus >= 1 or request.body.HostConfig.Ulimits.Name = nofile
  - name: heads
    on: request
    message: no
    deny: >
      request.query[fromImage] = alpine or request.query[force] = 1 or request.query[name] exists or
      request.header[content-type] startswith text or request.path endswith kill or
      request.version = 1.20
)"};

struct Judged {
  std::string what;
  bool allow = false;
};

/// Every request of every line, as a gate decides it and writes it down.
std::map<std::uint64_t, Judged> record(std::string_view policy,
                                       const std::filesystem::path& trail) {
  std::map<std::uint64_t, Judged> judged; // by the line in the trail
  TrailOptions options;
  options.folder = trail;
  const auto file = FileTrail::open(options);
  EXPECT_TRUE(file);
  AssumedEngine engine;
  engine.add_owned("web", "alice");
  engine.add_owned("db", "bob");
  Gatekeeper keeper(
      {&engine,
       file->get(),
       &engine,
       nullptr,
       [](const EngineCall& call, EngineView& view) { return workload_facts(call, view, {}); }},
      {});
  EXPECT_TRUE(keeper.offer({.name = "access.yaml", .text = std::string(policy), .approvals = ""}));
  Identity caller;
  caller.user = "alice";
  caller.proof = Proof::Certificate;
  const std::string lines = base::read_file(kLines, 1U << 20U).value();
  for (const std::string_view line : base::split(lines, '\n')) {
    const auto parsed = base::parse_json(line);
    if (!parsed || !parsed->is_array()) continue;
    std::vector<std::string> words;
    for (const auto& word : parsed->get_array())
      words.emplace_back(word.get_string());
    engine.set_new_container("", "alpine", "alice");
    engine.set_exec_container("web");
    const auto requests = docker_requests(words, {.folder = PORTIQUE_TESTDATA});
    if (!requests) continue; // needs a file that is not there
    for (const EngineRequest& request : requests->requests) {
      const Ruling ruling = keeper.judge(Gate::Guard, request, caller);
      judged[ruling.entry] = {std::string(line) + ": " + request.method + " " + request.target +
                                  ": " + ruling.decision.reason,
                              ruling.decision.allow};
    }
  }
  return judged;
}

TEST(ReplayedLines, DecideAsTheyDidLive) {
  for (const std::string_view text : kPolicies) {
    const auto folder = *base::TempDir::create("replayed-lines");
    const std::map<std::uint64_t, Judged> live = record(text, folder.path() / "trail");
    ASSERT_GT(live.size(), 150U);
    const auto loaded = AccessPolicy::load_text("access.yaml", std::string(text), {}, base::now());
    ASSERT_TRUE(loaded.policy);
    auto trail = TrailCursor::open(folder.path() / "trail");
    ASSERT_TRUE(trail);
    std::size_t compared = 0;
    std::size_t undecided = 0;
    std::size_t denied = 0;
    const auto outcome = for_each_decision(*trail, [&](const TrailDecision& was) {
      const Judged& then = live.at(was.line);
      const Decision again = replay_request(*loaded.policy, was.request);
      ++compared;
      denied += then.allow ? 0 : 1;
      undecided += again.needs.empty() ? 0 : 1;
      EXPECT_EQ(again.allow, then.allow) << then.what << "\n" << again.reason;
    });
    ASSERT_TRUE(outcome);
    EXPECT_EQ(undecided, 0U) << "no secret stands in what the policies ask";
    EXPECT_EQ(compared + outcome->without_record, live.size());
    EXPECT_GT(compared, 150U);
    EXPECT_GT(denied, 10U);
  }
}

} // namespace

} // namespace portique::access
