#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/full_workload_test_support.h"
#include "portique/access/request_source.h"
#include "portique/policy/policy.h"

namespace portique::access {
namespace {

using testing::IsEmpty;

TEST(RequestSource, AnswersEveryFieldOfItsDomain) {
  EXPECT_THAT(unanswered_request_fields(), IsEmpty());
}

/// A request in which every field has a value.
class FullRequest : public testing::Test {
protected:
  FullRequest() {
    caller_.user = "alice";
    caller_.groups = {"dev", "team1"};
    caller_.proof = Proof::Certificate;
    caller_.address = "[2001:db8::1]:4711";
    caller_.certificate = "ab12";
    caller_.local = LocalCaller{1000, 1000, 42, 1001, "3ad7b26ded6d"};
    resource_ = {.kind = "container",
                 .names = {"web", "0123"},
                 .exists = true,
                 .labels = {{"team", "a"}, {"tier", "1"}},
                 .images = {"nginx:1.27"},
                 .networks = {"net"},
                 .owner = "bob",
                 .running = true,
                 .privileged = true};
    joined_ = {{.kind = "container", .names = {"db"}, .exists = true, .owner = "bob"},
               {.kind = "container", .names = {"gone"}},
               {.kind = "volume", .names = {"new"}},
               {.kind = "network", .names = {"bridge"}, .exists = true}};
    workload_ = full_workload();
    workload_.images.emplace_back("redis");
    workload_.produces = {"docker.io/library/new:1"};
    workload_.host_paths.emplace_back("/srv/x");
    workload_.volumes = {"new"};
    workload_.network_shares = {"cifs://files/team"};
    workload_.publishes_all = false;
    workload_.annotations = {};
    workload_.command = {"sh", "-c", "id"};
    standing_.scanned = base::Time(std::chrono::days(19'999));
    standing_.decision = "warn";
    standing_.is_signed = true;
    standing_.signers = {"release"};
    body_ = boost::json::parse(R"({"HostConfig": {"Binds": ["/etc:/etc"]}})").get_object();
    object_ = boost::json::parse(R"({"spec": {"hostPID": true}})");
    view_ = {.gate = "guard",
             .caller = &caller_,
             .action = "containers.create",
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
             .operation = "CREATE",
             .kind = "Pod",
             .name_space = "prod",
             .object = &object_,
             .now = base::Time(std::chrono::days(20'000))};
    facts_ = {.roles = {"developer"}, .unapproved_host_paths = {"/etc"}, .break_glass = true};
  }

  bool holds(const std::string& condition) const {
    const auto loaded =
        policy::load_policy_text("t.yaml",
                                 "rules:\n  - name: r\n    on: request\n    deny: >\n"
                                 "      " +
                                     condition + "\n",
                                 base::Limits(),
                                 view_.now);
    if (!loaded.policy) {
      ADD_FAILURE() << loaded.diagnostics.front().text();
      return false;
    }
    const RequestSource source(view_, facts_);
    policy::Decider decider(*loaded.policy, policy::Domain::Request);
    return !decider.decide(source, policy::Scope::Whole, policy::kNoLastRule).empty();
  }

  Identity caller_;
  Resource resource_;
  std::vector<Resource> joined_;
  WorkloadFacts workload_;
  ImageStanding standing_;
  boost::json::object body_;
  boost::json::value object_;
  NamedValues query_{{"name", "web"}, {"name", "api"}};
  std::vector<http::Header> headers_{{"Content-Type", "application/json"}};
  RequestView view_;
  PolicyFacts facts_;
};

TEST_F(FullRequest, ConditionsSeeWhatTheGateFound) {
  for (const char* condition :
       {"request.method = POST and request.path = /containers/create and request.version = 1.41",
        "request.action = containers.create and request.gate = guard and request.changes = true",
        "request.query[name] = api and not request.query[other] exists",
        "request.header[content-type] = application/json",
        "request.body.HostConfig.Binds = \"/etc:/etc\" and not request.body.HostConfig.X exists",
        "request.object.spec.hostPID = true",
        "request.image = ghcr.io/app/api:2.1 and request.images intersects (redis)",
        "request.container = web and request.resource = web and request.resource.kind = container",
        "request.resource.labels[team] = a and request.resource.labels = \"tier=1\"",
        "request.owner = bob and request.own = false",
        "request.resource.running = true and request.resource.privileged = true",
        "request.resource.images = nginx:1.27 and request.break_glass = true",
        "request.privileged = true and request.capabilities = SYS_ADMIN and request.dropped = ALL",
        "request.host_namespaces = pid and request.joined_containers = db",
        "request.host_paths = /srv/x and request.writable_host_paths = /etc",
        "request.unapproved_host_paths = /etc and request.volumes = new",
        "request.network_shares startswith cifs: and request.produces = docker.io/library/new:1",
        "request.engine_socket = true and request.devices = /dev/sda",
        "request.device_rules = \"a *:* rwm\" and request.unconfined = seccomp",
        "request.no_new_privileges = true and request.user = root and request.root = true",
        "request.readonly = true and request.unlimited intersects (cpu, pids)",
        "not request.unlimited intersects (memory)",
        "request.ports = \"0.0.0.0:8080:80/tcp\" and request.ports = \"127.0.0.1:1:2/udp\"",
        "request.port_addresses = 0.0.0.0 and not request.port_addresses in (127.0.0.0/8)",
        "request.cgroup_parent = /system.slice",
        "request.runtime = runsc and request.sysctls = \"net.core.somaxconn=1024\"",
        "request.restart = always and request.networks = bridge",
        "request.command = \"sh -c id\" and request.environment = PATH",
        "request.entitlements = ssh and request.operation = CREATE and request.kind = Pod",
        "request.namespace = prod",
        "request.others in (db, gone) and not request.others intersects (new, bridge)",
        "image.registry = ghcr.io and image.registry = docker.io and image.repository = app/api",
        "image.tag = 2.1 and image.tag = latest and image.pinned = false",
        "image.scan.age = 1d and image.scan.decision = warn and image.signed = true",
        "image.signers = release",
        "user.name = alice and user.groups = team1 and user.roles = developer",
        "user.auth = certificate and user.certificate = ab12 and user.uid = 1000",
        "user.login_uid = 1001 and user.container = 3ad7b26ded6d",
        "client.address in (2001:db8::/32)"})
    EXPECT_TRUE(holds(condition)) << condition;
}

TEST_F(FullRequest, NobodyOwnsAnythingFromInsideAContainerOrWithoutProof) {
  resource_.owner = "alice";
  EXPECT_TRUE(holds("request.own = false"));
  caller_.local.reset();
  EXPECT_TRUE(holds("request.own = true"));
  caller_.proof = Proof::None;
  EXPECT_TRUE(holds("request.own = false"));
  caller_.proof = Proof::Socket;
  resource_.exists = false;
  EXPECT_TRUE(holds("request.own = false"));
  view_.creates = true;
  EXPECT_TRUE(holds("request.own = true"));
  resource_.exists = true;
  resource_.owner.clear();
  caller_.user.clear();
  EXPECT_TRUE(holds("request.own = false"));
}

TEST_F(FullRequest, WithoutFactsNothingIsThere) {
  const Identity nobody;
  view_ = {.caller = &nobody};
  facts_ = {};
  for (const char* condition :
       {"not request.resource exists and not request.body.A exists and not request.object.A exists",
        "not request.unlimited exists and not request.query[a] exists and not image.pinned exists",
        "not image.scan.age exists and not image.signed exists and not client.address exists",
        "not user.name exists and user.auth = none and not user.uid exists",
        "request.privileged = false and not request.ports exists"})
    EXPECT_TRUE(holds(condition)) << condition;
}

} // namespace
} // namespace portique::access
