#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/full_workload_test_support.h"
#include "portique/access/replay/replay_test_support.h"
#include "portique/access/request_record.h"
#include "portique/access/roles/access_test_support.h"
#include "portique/policy/field_table.h"

namespace portique::access {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// A value as a text that tells kinds and lists apart.
std::string told(const policy::Value& value) {
  using Kind = policy::Value::Kind;
  switch (value.kind()) {
  case Kind::Absent:
    return "absent";
  case Kind::Text:
    return "'" + std::string(value.text()) + "'";
  case Kind::Decimal:
    return "decimal " + std::to_string(value.decimal());
  case Kind::Address:
    return "address " + testing::PrintToString(value.address().bytes);
  case Kind::List: {
    std::string all = "[";
    for (const policy::Value& one : value)
      all += told(one) + ";";
    return all + "]";
  }
  default:
    return std::to_string(static_cast<int>(value.kind())) + " " + std::to_string(value.integer());
  }
}

constexpr std::string_view kTarget = "/v1.41/containers/create?name=web&platform=linux%2Famd64";

/// A request in which every field that gates for Docker know has a value.
class RequestRecord : public testing::Test {
protected:
  RequestRecord() {
    caller_ = test_caller("alice@dev");
    caller_.local = LocalCaller{1000, 1000, 42, 1001, ""};
    resource_ = test_container("web", "bob");
    resource_.labels = {{"team", "a"}};
    resource_.privileged = true;
    joined_ = {{.kind = "volume", .names = {"data"}, .exists = true, .owner = "bob"}};
    workload_ = full_workload();
    standing_ = {.scanned = kTestTime - std::chrono::hours(30),
                 .decision = "warn",
                 .is_signed = true,
                 .signers = {"release"}};
    body_ = boost::json::parse(R"({"Image": "nginx", "Cmd": ["sh", "-c", "id"],
        "HostConfig": {"Binds": ["/etc:/etc"], "OomScoreAdj": -5, "CpuShares": 1.5,
                       "LogConfig": {"Type": "syslog", "Config": {"tag": "t"}},
                       "Mounts": [{"Type": "bind", "Source": "/a"}, {"Type": "tmpfs"}],
                       "Annotations": {"io.x": "y"}, "Init": null, "Tmpfs": {}}})")
                .get_object();
    view_ = {.gate = "guard",
             .caller = &caller_,
             .action = "containers.create",
             .creates = true,
             .method = "POST",
             .path = "/containers/create",
             .version = "1.41",
             .query = &query_,
             .headers = &headers_,
             .body = &body_,
             .resource = &resource_,
             .joined = joined_,
             .workload = &workload_,
             .standing = &standing_,
             .now = kTestTime};
  }

  [[nodiscard]] std::unique_ptr<RecordedRequest> recorded() const {
    return read_back(trail_event(view_, {}, kTarget));
  }

  /// What a decision is, and hangs on, under rules that a text says.
  [[nodiscard]] Decision replayed(const std::string& rules) const {
    return replay_request(*policy_of(rules), *recorded());
  }

  [[nodiscard]] static std::shared_ptr<const AccessPolicy> policy_of(const std::string& rules) {
    return loaded_policy("roles: {all: {unconstrained: true, allow: ['*']}}\n"
                         "bindings: {all: {users: ['*']}}\n" +
                         rules);
  }

  static std::string denying(const std::string& condition) {
    return "rules:\n  - name: r\n    on: request\n    message: no\n    deny: >\n      " +
           condition + "\n";
  }

  Identity caller_;
  Resource resource_;
  std::vector<Resource> joined_;
  WorkloadFacts workload_;
  ImageStanding standing_;
  boost::json::object body_;
  NamedValues query_{{"name", "web"}, {"platform", "linux/amd64"}};
  std::vector<http::Header> headers_{{"Content-Type", "application/json"}, {"User-Agent", "d"}};
  RequestView view_;
};

/// The argument by which each field that takes one is asked.
policy::FieldUse use_of(std::size_t number, std::string_view field) {
  policy::FieldUse use;
  use.field = static_cast<std::uint16_t>(number);
  const auto ask = [&](std::string argument) {
    use.has_argument = true;
    use.argument = std::move(argument);
  };
  if (field == "request.query") ask("platform");
  if (field == "request.header") ask("user-agent");
  if (field == "request.resource.labels") ask("team");
  if (field == "request.body") use.path = {"HostConfig", "Binds"};
  return use;
}

TEST_F(RequestRecord, HoldsEveryFieldOrSaysThatItDoesNot) {
  caller_.local->container = "3ad7b26ded6d";
  const auto record = recorded();
  const RequestView again = record->view();
  PolicyFacts facts;
  facts.roles = {"developer"};
  facts.unapproved_host_paths = {"/etc"};
  const RequestSource before(view_, facts);
  const RequestSource after(again, facts);
  const policy::FieldTable& table = policy::field_table(policy::Domain::Request);
  for (std::size_t i = 0; i < table.fields.size(); ++i) {
    const std::string_view field = table.fields[i].name;
    const policy::FieldUse use = use_of(i, field);
    if (std::ranges::count(kubernetes_fields(), field) > 0) {
      EXPECT_TRUE(after.get(use).is_absent()) << field;
      continue;
    }
    ASSERT_FALSE(before.get(use).is_absent()) << field << ": this test must give it a value";
    EXPECT_EQ(told(after.get(use)), told(before.get(use))) << field;
    EXPECT_EQ(record->gap(use), "") << field;
  }
}

TEST_F(RequestRecord, BodiesAreAskedAsTheyWere) {
  const RequestSource before(view_, {});
  const auto record = recorded();
  const RequestView again = record->view();
  const RequestSource after(again, {});
  policy::FieldUse use =
      use_of(*policy::find_field(policy::field_table(policy::Domain::Request), "request.body"),
             "request.body");
  const std::vector<std::vector<std::string>> kPaths = {
      {},
      {"Image"},
      {"Cmd"},
      {"HostConfig"},
      {"HostConfig", "OomScoreAdj"},
      {"HostConfig", "CpuShares"},
      {"HostConfig", "LogConfig", "Type"},
      {"HostConfig", "LogConfig"},
      {"HostConfig", "LogConfig", "Config", "tag"},
      {"HostConfig", "Mounts", "*", "Source"},
      {"HostConfig", "Mounts", "1", "Type"},
      {"HostConfig", "Mounts", "7", "Type"},
      {"HostConfig", "Mounts"},
      {"HostConfig", "Init"},
      {"HostConfig", "Tmpfs"},
      {"HostConfig", "Binds", "0", "deeper"},
      {"Absent", "Further"}};
  for (const auto& path : kPaths) {
    use.path = path;
    EXPECT_EQ(told(after.get(use)), told(before.get(use))) << testing::PrintToString(path);
    EXPECT_EQ(record->gap(use), "") << testing::PrintToString(path);
  }
}

TEST_F(RequestRecord, HoldsNoSecrets) {
  body_["Env"] = boost::json::array{"GREETING=hello-world-value", "PLAIN"};
  body_["Cmd"] = boost::json::array{"mysql", "-pcommand-password"};
  body_["Labels"] = {{"db.password", "label-password"}, {"url", "https://me:url-password@x/"}};
  body_["Healthcheck"] = {{"Test", boost::json::array{"CMD", "curl", "-u", "a:curl-password"}}};
  body_["HostConfig"] = {
      {"Mounts",
       boost::json::array{
           {{"VolumeOptions",
             {{"DriverConfig",
               {{"Options", {{"o", "addr=1.2.3.4,username=u,password=cifs-password"}}}}}}}}}}};
  body_["Data"] = "c2VjcmV0LWRhdGE=";
  body_["JoinToken"] = "SWMTKN-1-token-value";
  headers_.push_back({"X-Registry-Auth", "registry-password"});
  headers_.push_back({"Authorization", "Bearer header-token"});
  headers_.push_back({"Cookie", "sid=cookie-value"});
  const std::string facts = trail_event(view_, {}, kTarget).facts;
  for (const char* secret : {"hello-world-value",
                             "command-password",
                             "label-password",
                             "me:url-password",
                             "curl-password",
                             "cifs-password",
                             "c2VjcmV0LWRhdGE",
                             "token-value",
                             "registry-password",
                             "header-token",
                             "cookie-value"})
    EXPECT_THAT(facts, Not(HasSubstr(secret)));
  for (const char* kept : {"GREETING=***", "db.password", "1.2.3.4"})
    EXPECT_EQ(facts.contains(kept), std::string_view(kept) != "1.2.3.4") << kept;
}

TEST_F(RequestRecord, WhatIsRedactedIsUndecided) {
  body_["Labels"] = {{"db.password", "hunter2"}, {"tier", "front"}};
  body_["Env"] = boost::json::array{"A=b"};
  headers_.push_back({"X-Registry-Auth", "secret"});
  workload_.command = {"mysql", "-phunter2"};

  struct Case {
    std::string condition;
    std::string needs; ///< "" if it can be decided
  };

  const std::vector<Case> kCases = {
      {"request.body.Labels[\"db.password\"] = hunter2",
       "request.body.Labels.db.password (redacted)"},
      {"request.body.Labels.tier = front", ""},
      {"request.body.Env intersects (\"A=b\")", "request.body.Env (redacted)"},
      {"request.header[x-registry-auth] = secret", "request.header[x-registry-auth] (redacted)"},
      {"request.header[user-agent] = d", ""},
      {"request.command contains mysql", "request.command (redacted)"},
      // What is not known does not matter.
      {"request.privileged = false and request.command contains mysql", ""},
      {"request.command contains mysql and request.privileged = false", ""},
      {"request.privileged = true or request.command contains mysql", ""},
      {"not (request.command contains mysql or request.privileged = true)", ""},
      {"not request.command contains mysql", "request.command (redacted)"},
      {"tolower(request.command) contains mysql", "request.command (redacted)"},
      {"request.image = val(request.command)", "request.command (redacted)"},
  };
  for (const Case& one : kCases) {
    const Decision decision = replayed(denying(one.condition));
    if (one.needs.empty()) {
      EXPECT_THAT(decision.needs, IsEmpty()) << one.condition;
      EXPECT_EQ(decision.allow, decide(*policy_of(denying(one.condition)), view_).allow)
          << one.condition;
    } else {
      EXPECT_THAT(decision.needs, ElementsAre(one.needs)) << one.condition;
      EXPECT_FALSE(decision.allow);
      EXPECT_THAT(decision.reason, HasSubstr("undecided: needs ")) << decision.reason;
    }
  }
}

TEST_F(RequestRecord, OtherRulesMayDecideAllTheSame) {
  workload_.command = {"mysql", "-phunter2"};
  const std::string doubtful =
      "  - {name: d, on: request, deny: 'request.command contains mysql', message: m}\n";
  // A sure refusal is one whatever the doubtful rule says; a warning decides nothing.
  EXPECT_THAT(
      replayed("rules:\n  - {name: p, on: request, deny: request.privileged = true, message: m}\n" +
               doubtful)
          .needs,
      IsEmpty());
  EXPECT_THAT(replayed("rules:\n  - {name: w, on: request, warn: 'request.command contains mysql', "
                       "message: m}\n")
                  .needs,
              IsEmpty());
  // Behind a rule that allows nothing is asked; one that may allow leaves what follows in doubt.
  EXPECT_TRUE(
      replayed(
          "rules:\n  - {name: a, on: request, allow: request.privileged = true, message: m}\n" +
          doubtful)
          .allow);
  EXPECT_THAT(replayed("rules:\n  - {name: a, on: request, allow: 'request.command contains x', "
                       "message: m}\n  - {name: p, on: request, deny: request.privileged = true, "
                       "message: m}\n")
                  .needs,
              SizeIs(1));
  // An exception of which nobody can tell.
  EXPECT_THAT(replayed("rules:\n  - name: p\n    on: request\n    deny: request.privileged = true\n"
                       "    message: m\n    except:\n      - {when: 'request.command contains x', "
                       "who: b, why: c, until: 2099-01-01}\n")
                  .needs,
              ElementsAre("request.command (redacted)"));
  // No role, no rule.
  EXPECT_THAT(replay_request(*loaded_policy("bindings: {viewer: {users: [vera]}}\n" +
                                            denying("request.command contains x")),
                             *recorded())
                  .needs,
              IsEmpty());
}

TEST_F(RequestRecord, WhatIsTooLongIsUndecidedAndTheRestIsKept) {
  boost::json::array binds;
  for (int i = 0; i < 5000; ++i)
    binds.emplace_back("/srv/data/" + std::to_string(i) + ":/data");
  body_["HostConfig"].get_object()["Binds"] = std::move(binds);
  body_["Script"] = std::string(100'000, 'x');
  const AuditEvent event = trail_event(view_, {}, kTarget);
  EXPECT_LT(event.facts.size(), kRecordedBodyBytes + 4096);
  EXPECT_THAT(replayed(denying("request.body.HostConfig.Binds intersects (\"/a:/b\")")).needs,
              ElementsAre("request.body.HostConfig.Binds (too long)"));
  EXPECT_THAT(replayed(denying("request.body.Script exists")).needs, SizeIs(1));
  const Decision other = replayed(denying("request.body.HostConfig.OomScoreAdj < 0"));
  EXPECT_THAT(other.needs, IsEmpty());
  EXPECT_FALSE(other.allow);
}

TEST_F(RequestRecord, ManyAndLongHeadersQueriesAndCommandsAreUndecided) {
  for (int i = 0; i < 100; ++i)
    headers_.push_back({"X-" + std::to_string(i), "v"});
  workload_.command = {std::string(10'000, 'c')};
  const auto target = std::string(kTarget) + "&long=" + std::string(10'000, 'q');
  const auto record = read_back(trail_event(view_, {}, target));
  const auto needs = [&](const std::string& condition) {
    return replay_request(*policy_of(denying(condition)), *record).needs;
  };
  EXPECT_THAT(needs("request.header[x-1] = v"), ElementsAre("request.header[x-1] (too long)"));
  EXPECT_THAT(needs("request.query[name] = web"), ElementsAre("request.query[name] (too long)"));
  EXPECT_THAT(needs("request.command contains c"), ElementsAre("request.command (too long)"));
  EXPECT_THAT(needs("user.name = bob"), IsEmpty());
}

TEST_F(RequestRecord, BuildArgumentsInTheQueryAreUndecided) {
  query_ = {{"buildargs", R"({"A":"b"})"}, {"t", "app"}};
  const auto record =
      read_back(trail_event(view_, {}, "/v1.41/build?buildargs=%7B%22A%22%3A%22b%22%7D&t=app"));
  EXPECT_THAT(
      replay_request(*policy_of(denying("request.query[buildargs] contains A")), *record).needs,
      ElementsAre("request.query[buildargs] (redacted)"));
  EXPECT_FALSE(replay_request(*policy_of(denying("request.query[t] = app")), *record).allow);
}

TEST_F(RequestRecord, StreamsHaveNoQueryAndTheirOwnPath) {
  const NamedValues none;
  view_.path = "/v1.41/session";
  view_.version = "";
  view_.query = &none;
  const auto record = read_back(trail_event(view_, {}, "/v1.41/session?a=b"));
  EXPECT_EQ(record->view().path, "/v1.41/session");
  EXPECT_EQ(record->view().version, "");
  EXPECT_TRUE(record->view().query->empty());
}

TEST_F(RequestRecord, ATrailOfBeforeDoesNotTellWhatItDidNotKeep) {
  AuditEvent event = trail_event(view_, {}, kTarget);
  auto facts = base::parse_json(event.facts)->get_object();
  for (const char* newer : {"form", "body", "headers"})
    facts.erase(newer);
  facts["workload"].get_object().erase("cgroup_parent");
  event.facts = boost::json::serialize(facts);
  const auto record = read_back(event);
  for (const char* condition : {"request.body.HostConfig.OomScoreAdj < 0",
                                "request.header[user-agent] = d",
                                "request.cgroup_parent exists"})
    EXPECT_THAT(replay_request(*policy_of(denying(condition)), *record).needs, SizeIs(1))
        << condition;
  EXPECT_FALSE(replay_request(*policy_of(denying("request.privileged = true")), *record).allow);
}

TEST_F(RequestRecord, StandingThatNobodyAskedForIsUndecided) {
  view_.standing = nullptr;
  EXPECT_THAT(replayed("image_requirements: {signed: true}\n").needs, IsEmpty())
      << "the role is unconstrained";
  EXPECT_THAT(replayed(denying("not image.signed = true")).needs,
              ElementsAre("image.signed (the policy of then did not ask for it)"));
  workload_.images.clear();
  EXPECT_THAT(replayed(denying("not image.signed = true")).needs, IsEmpty())
      << "no image, no standing";
}

TEST_F(RequestRecord, NamesThatRolesLookAtMustBeThere) {
  const auto by_label = [] {
    return loaded_policy("roles: {r: {allow: [{actions: ['*'], label: team=a}]}}\n"
                         "bindings: {r: {users: ['*']}}\n");
  };
  EXPECT_TRUE(replay_request(*by_label(), *recorded()).allow);
  AuditEvent event = trail_event(view_, {}, kTarget);
  const auto masked = [&](const std::string& from, const std::string& to) {
    AuditEvent changed = event;
    changed.facts.replace(changed.facts.find(from), from.size(), to);
    return read_back(changed);
  };
  EXPECT_THAT(replay_request(*by_label(), *masked(R"("team":"a")", R"("team":"****")")).needs,
              ElementsAre("request.resource.labels[team] (redacted)"));
  const auto all = policy_of("");
  EXPECT_TRUE(replay_request(*all, *masked(R"("team":"a")", R"("team":"****")")).allow);
  EXPECT_THAT(replay_request(*all, *masked(R"(["web",)", R"(["****",)")).needs, SizeIs(1));
  caller_.local->container = "3ad7b26ded6d";
  EXPECT_THAT(
      replay_request(*loaded_policy("roles: {r: {allow: ['*']}}\nbindings: {r: {containers: "
                                    "[{name: ci, owner: alice}]}}\n"),
                     *recorded())
          .needs,
      ElementsAre(HasSubstr("the caller's container")));
}

TEST_F(RequestRecord, AllGroupsCount) {
  caller_.groups.clear();
  for (int i = 0; i < 200; ++i)
    caller_.groups.push_back("group-" + std::to_string(i));
  EXPECT_EQ(recorded()->caller().groups, caller_.groups);
}

TEST_F(RequestRecord, HugeRequestsHaveNoRecord) {
  for (int i = 0; i < 2000; ++i)
    workload_.host_paths.push_back("/srv/some/long/folder/" + std::to_string(i) + "/with/a/name");
  EXPECT_EQ(record_request(view_, {}), "");
}

} // namespace
} // namespace portique::access
