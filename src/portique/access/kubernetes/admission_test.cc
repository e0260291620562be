#include <algorithm>
#include <mutex>
#include <vector>

#include <gmock/gmock.h>

#include "portique/access/kubernetes/admission.h"
#include "portique/access/kubernetes/admission_test_support.h"

namespace portique::access::kubernetes {
namespace {

namespace json = boost::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

/// Rules as they stand in a policy for Docker's gate, and what is Kubernetes' own.
constexpr std::string_view kPolicy = R"yaml(
name: cluster
macros:
  creates: request.action = containers.create
lists:
  escapes: [SYS_ADMIN, SYS_MODULE, SYS_PTRACE, BPF, ALL]
rules:
  - {name: privileged, on: request, deny: creates and request.privileged = true, message: "{request.images} privileged"}
  - {name: capabilities, on: request, deny: creates and request.capabilities intersects (escapes), message: "adds {request.capabilities}"}
  - {name: namespaces, on: request, deny: "creates and request.host_namespaces intersects (network, pid, ipc)", message: "host {request.host_namespaces}"}
  - {name: host-paths, on: request, deny: "creates and request.host_paths pmatch (/etc, /root, /proc, /var/lib/kubelet)", message: "mounts {request.host_paths}"}
  - {name: socket, on: request, deny: creates and request.engine_socket = true, message: commands the engine}
  - {name: unconfined, on: request, deny: creates and request.unconfined exists, message: "without {request.unconfined}"}
  - {name: root-in-prod, on: request, deny: creates and request.namespace = prod and request.root = true, message: may be root}
  - {name: unlimited, on: request, warn: creates and request.unlimited intersects (memory), message: no memory limit}
  - {name: ports, on: request, deny: creates and request.ports exists, message: "publishes {request.ports}"}
  - {name: sysctl, on: request, deny: creates and request.sysctls startswith kernel., message: "sets {request.sysctls}"}
  - {name: runtime, on: request, deny: creates and request.runtime = runc-debug, message: odd runtime}
  - {name: registry, on: request, deny: "creates and not request.images startswith anyof (registry.example/, docker.io/library/busybox)", message: "{request.images} is of another registry"}
  - {name: devices, on: request, deny: creates and request.devices exists, message: "takes {request.devices}"}
  - {name: environment, on: request, deny: creates and request.environment intersects (LD_PRELOAD), message: odd environment}
  - {name: exec-in-prod, on: request, deny: request.action = containers.exec and request.namespace = prod, message: "{user.name} may run nothing there"}
  - {name: exec-shell, on: request, deny: request.action = containers.exec and request.command startswith /bin/sh and not user.groups intersects (oncall), message: "no shells: {request.command}"}
  - {name: attach, on: request, deny: request.action = containers.attach and user.name = mallory, message: not you}
  - {name: forward, on: request, deny: request.action = pods.portforward and user.name = mallory, message: not you}
  - {name: delete, on: request, deny: request.action = containers.remove and user.name = mallory, message: not you}
  - {name: labels, on: request, deny: "creates and request.kind = Deployment and not request.object.metadata.labels.team exists and request.namespace = prod", message: whose is it}
  - {name: loadbalancer, on: request, deny: request.action = services.create and request.object.spec.type = LoadBalancer, message: no load balancers}
)yaml";

struct Row {
  std::string why;
  std::string review;
  std::string spec;      ///< merged into the pod specification
  std::string container; ///< merged into the first container
  std::string rule;      ///< that denies; "" if it is allowed
  std::string user = "alice";
  std::string space = "shop";
};

const std::string kHost = R"({"volumes":[{"name":"h","hostPath":{"path":"PATH","type":""}}]})";
const std::string kMount = R"({"volumeMounts":[{"name":"h","mountPath":"/h"}]})";

std::string host(const std::string& path) {
  std::string text = kHost;
  return text.replace(text.find("PATH"), 4, path);
}

std::string context(const std::string& members) {
  return R"({"securityContext":{)" + members + "}}";
}

std::vector<Row> rows() {
  std::vector<Row> all{
      {"plain pod", "pod-create", "", "", ""},
      {"dry run of it", "pod-create-dry-run", "", "", ""},
      {"of a controller", "pod-create-generated-name", "", "", ""},
      {"capability SYS_ADMIN",
       "pod-create",
       "",
       context(R"("capabilities":{"add":["SYS_ADMIN"]})"),
       "capabilities"},
      {"the same in lower case",
       "pod-create",
       "",
       context(R"("capabilities":{"add":["cap_sys_admin"]})"),
       "capabilities"},
      {"all of them",
       "pod-create",
       "",
       context(R"("capabilities":{"add":["ALL"]})"),
       "capabilities"},
      {"a harmless one",
       "pod-create",
       "",
       context(R"("capabilities":{"add":["NET_BIND_SERVICE"]})"),
       ""},
      {"host network", "pod-create", R"({"hostNetwork":true})", "", "namespaces"},
      {"host processes", "pod-create", R"({"hostPID":true})", "", "namespaces"},
      {"host IPC", "pod-create", R"({"hostIPC":true})", "", "namespaces"},
      {"no host namespace", "pod-create", R"({"hostPID":false})", "", ""},
      {"/etc", "pod-create", host("/etc"), kMount, "host-paths"},
      {"below /etc", "pod-create", host("/etc/kubernetes/pki"), kMount, "host-paths"},
      {"/etc by a detour", "pod-create", host("/srv/../etc/"), kMount, "host-paths"},
      {"/etcetera", "pod-create", host("/etcetera"), kMount, ""},
      {"/srv", "pod-create", host("/srv"), kMount, ""},
      {"by a sub-path",
       "pod-create",
       host("/var/lib"),
       R"({"volumeMounts":[{"name":"h","mountPath":"/h","subPath":"kubelet/pki"}]})",
       "host-paths"},
      {"Docker's socket", "pod-create", host("/var/run/docker.sock"), kMount, "socket"},
      {"containerd's socket",
       "pod-create",
       host("/run/containerd/containerd.sock"),
       kMount,
       "socket"},
      {"the folder of sockets", "pod-create", host("/run"), kMount, "socket"},
      {"the whole host", "pod-create", host("/"), kMount, "socket"},
      {"a host path that is not mounted", "pod-create", host("/srv"), "", ""},
      {"seccomp off",
       "pod-create",
       "",
       context(R"("seccompProfile":{"type":"Unconfined"})"),
       "unconfined"},
      {"seccomp off for the pod",
       "pod-create",
       R"({"securityContext":{"seccompProfile":{"type":"Unconfined"}}})",
       "",
       "unconfined"},
      {"seccomp on",
       "pod-create",
       "",
       context(R"("seccompProfile":{"type":"RuntimeDefault"})"),
       ""},
      {"AppArmor off",
       "pod-create",
       "",
       context(R"("appArmorProfile":{"type":"Unconfined"})"),
       "unconfined"},
      {"all of /proc", "pod-create", "", context(R"("procMount":"Unmasked")"), "unconfined"},
      {"root in prod", "pod-create", "", "", "root-in-prod", "alice", "prod"},
      {"user 0 in prod",
       "pod-create",
       "",
       context(R"("runAsUser":0)"),
       "root-in-prod",
       "alice",
       "prod"},
      {"user 1000 in prod", "pod-create", "", context(R"("runAsUser":1000)"), "", "alice", "prod"},
      {"non-root in prod",
       "pod-create",
       R"({"securityContext":{"runAsNonRoot":true}})",
       "",
       "",
       "alice",
       "prod"},
      {"a host port",
       "pod-create",
       "",
       R"({"ports":[{"containerPort":80,"hostPort":80,"protocol":"TCP"}]})",
       "ports"},
      {"a container port",
       "pod-create",
       "",
       R"({"ports":[{"containerPort":80,"protocol":"TCP"}]})",
       ""},
      {"a kernel setting",
       "pod-create",
       R"({"securityContext":{"sysctls":[{"name":"kernel.msgmax","value":"1"}]}})",
       "",
       "sysctl"},
      {"a network setting",
       "pod-create",
       R"({"securityContext":{"sysctls":[{"name":"net.core.somaxconn","value":"1"}]}})",
       "",
       ""},
      {"a runtime class", "pod-create", R"({"runtimeClassName":"runc-debug"})", "", "runtime"},
      {"another registry", "pod-create", "", R"({"image":"evil.example/web:1"})", "registry"},
      {"a name that begins like it",
       "pod-create",
       "",
       R"({"image":"registry.example.evil/web:1"})",
       "registry"},
      {"a device",
       "pod-create",
       "",
       R"({"volumeDevices":[{"name":"raw","devicePath":"/dev/x"}]})",
       "devices"},
      {"a graphics card",
       "pod-create",
       "",
       R"({"resources":{"limits":{"nvidia.com/gpu":"1"}}})",
       "devices"},
      {"a variable",
       "pod-create",
       "",
       R"({"env":[{"name":"LD_PRELOAD","value":"/x.so"}]})",
       "environment"},
      {"an init container",
       "pod-create",
       R"({"initContainers":[{"name":"i","image":"registry.example/i","securityContext":{"privileged":true}}]})",
       "",
       "privileged"},
      {"an image volume",
       "pod-create",
       R"({"volumes":[{"name":"o","image":{"reference":"evil.example/data:1"}}]})",
       "",
       ""},
      {"a plain ephemeral container", "pod-ephemeralcontainers", "", "", ""},
      {"a privileged one",
       "pod-ephemeralcontainers",
       R"({"ephemeralContainers":[{"name":"d","image":"busybox","securityContext":{"privileged":true}}]})",
       "",
       "privileged"},
      {"other labels", "pod-update-labels", "", "", ""},
      {"another image", "pod-update-image", "", "", ""},
      {"another image, elsewhere",
       "pod-update-image",
       "",
       R"({"image":"evil.example/web:1"})",
       "registry"},
      {"the kubelet's status", "pod-status", "", "", ""},
      {"shell", "pod-exec", "", "", "exec-shell"},
      {"shell in prod", "pod-exec", "", "", "exec-in-prod", "alice", "prod"},
      {"attach", "pod-attach", "", "", ""},
      {"attach of mallory", "pod-attach", "", "", "attach", "mallory"},
      {"forward", "pod-portforward", "", "", ""},
      {"forward of mallory", "pod-portforward", "", "", "forward", "mallory"},
      {"proxy", "pod-proxy", "", "", ""},
      {"delete", "pod-delete", "", "", ""},
      {"delete of mallory", "pod-delete", "", "", "delete", "mallory"},
      {"eviction", "pod-eviction", "", "", ""},
      {"binding", "pod-binding", "", "", ""},
      {"scale", "deployment-scale", "", "", ""},
      {"replicas", "deployment-update-replicas", "", "", ""},
      {"template's image",
       "deployment-update-image",
       "",
       R"({"image":"evil.example/web:1"})",
       "registry"},
      {"deployment without team",
       "deployment-create",
       R"({"securityContext":{"runAsNonRoot":true}})",
       "",
       "labels",
       "alice",
       "prod"},
      {"deployment's end", "deployment-delete", "", "", ""},
      {"job's parallelism", "job-update", "", "", ""},
      {"service", "service-create", "", "", ""},
  };
  for (const std::string kind : {"pod",
                                 "deployment",
                                 "replicaset",
                                 "statefulset",
                                 "daemonset",
                                 "job",
                                 "cronjob",
                                 "replicationcontroller"}) {
    all.push_back({"privileged " + kind,
                   kind + "-create",
                   "",
                   context(R"("privileged":true)"),
                   "privileged"});
    all.push_back({"plain " + kind, kind + "-create", "", "", ""});
  }
  return all;
}

json::value review_of(const Row& row) {
  const bool changes = !row.spec.empty() || !row.container.empty();
  json::value review = changes ? changed_review(row.review, row.spec, row.container)
                               : json::parse(review_text(row.review));
  request_in(review)["userInfo"].as_object()["username"] = row.user;
  request_in(review)["namespace"] = row.space;
  return review;
}

std::string rule_of(const AdmissionAnswer& answer) {
  for (const auto& [name, value] : answer.audit_annotations)
    if (name == "rule") return value;
  return "";
}

TEST(Admission, DecidesByTheRulesOfDockersGate) {
  Admission admission({}, policy_of(std::string(kPolicy)));
  const std::vector<Row> all = rows();
  EXPECT_GE(all.size(), 80U);
  for (const Row& row : all) {
    const AdmissionAnswer answer = admission.validate(request_of(review_of(row)), call_for_test());
    EXPECT_EQ(answer.allowed, row.rule.empty()) << row.why << ": " << answer.message;
    EXPECT_EQ(rule_of(answer), row.rule) << row.why << ": " << answer.message;
    EXPECT_EQ(answer.uid, "705ab4f5-6393-11e8-b7cc-42010a800002");
    if (answer.allowed) continue;
    EXPECT_EQ(answer.code, 403) << row.why;
    EXPECT_EQ(answer.reason, "Forbidden") << row.why;
  }
}

TEST(Admission, NamesTheContainerAndWarns) {
  Admission admission({}, policy_of(std::string(kPolicy)));
  const json::value review = changed_review("pod-create", "", context(R"("privileged":true)"));
  const AdmissionAnswer answer = admission.validate(request_of(review), call_for_test());
  EXPECT_THAT(answer.message,
              HasSubstr("container web: registry.example/shop/web:1.2 privileged [privileged]"));
  EXPECT_THAT(answer.warnings, ElementsAre("container web: no memory limit [unlimited]"));
  EXPECT_THAT(answer.audit_annotations, Contains(Pair("decision", "deny")));
  EXPECT_THAT(answer.audit_annotations, Contains(Pair("policy", testing::StartsWith("sha256:"))));
}

TEST(Admission, AuditModeOnlyWarns) {
  Admission admission({}, policy_of("mode: audit\n" + std::string(kPolicy)));
  const json::value review = changed_review("pod-create", "", context(R"("privileged":true)"));
  const AdmissionAnswer answer = admission.validate(request_of(review), call_for_test());
  EXPECT_TRUE(answer.allowed);
  EXPECT_THAT(answer.warnings, Contains(HasSubstr("[privileged]")));
}

TEST(Admission, HoldsPodsAgainstThePodSecurityStandards) {
  Admission admission({}, policy_of(R"(
admission:
  pod_security:
    - {level: baseline, except: [kube-*]}
    - {level: restricted, action: warn}
    - {level: restricted, namespaces: [prod]}
)"));
  const auto decide = [&](const std::string& container, const std::string& space) {
    json::value review = changed_review("deployment-create", "", container);
    request_in(review)["namespace"] = space;
    return admission.validate(request_of(review), call_for_test());
  };
  const std::string good = context(R"("allowPrivilegeEscalation":false,"runAsNonRoot":true,)"
                                   R"("capabilities":{"drop":["ALL"]},)"
                                   R"("seccompProfile":{"type":"RuntimeDefault"})");
  const std::string host_port = R"({"ports":[{"containerPort":80,"hostPort":80}]})";
  EXPECT_TRUE(decide(good, "prod").allowed) << decide(good, "prod").message;
  EXPECT_THAT(decide(good, "prod").warnings, IsEmpty());
  EXPECT_FALSE(decide("", "prod").allowed);
  EXPECT_THAT(decide("", "prod").message, HasSubstr("[PQ-K8-021]"));
  EXPECT_TRUE(decide("", "shop").allowed);
  EXPECT_THAT(decide("", "shop").warnings, Contains(HasSubstr("pod security restricted")));
  EXPECT_FALSE(decide(host_port, "shop").allowed);
  EXPECT_TRUE(decide(host_port, "kube-system").allowed);
}

TEST(Admission, AnnotationsDoNotStandForSeccomp) {
  Admission admission({}, policy_of("admission: {pod_security: [{level: restricted}]}"));
  json::value review =
      changed_review("pod-create",
                     "",
                     context(R"("allowPrivilegeEscalation":false,"runAsNonRoot":true,)"
                             R"("capabilities":{"drop":["ALL"]})"));
  merge(request_in(review)["object"],
        json::parse(R"({"metadata":{"annotations":{"seccomp.security.alpha.kubernetes.io/pod":)"
                    R"("runtime/default"}}})"));
  const AdmissionAnswer answer = admission.validate(request_of(review), call_for_test());
  EXPECT_FALSE(answer.allowed);
  EXPECT_THAT(answer.message, HasSubstr("PQ-K8-024"));
}

TEST(Admission, ExemptsForAReasonAndForATime) {
  base::Time now = *base::parse_time("2026-06-01");
  Admission admission({.clock = [&] { return now; }}, policy_of(std::string(kPolicy) + R"(
admission:
  exempt:
    - {namespaces: [kube-*], who: ops, why: parts of the cluster}
    - {namespaces: [shop], users: [deployer], why: migration, until: 2026-07-01}
    - {groups: ["system:nodes"], why: mirror pods}
)"));
  const auto decide = [&](const std::string& user, const std::string& space) {
    json::value review = changed_review("pod-create", "", context(R"("privileged":true)"));
    request_in(review)["userInfo"].as_object()["username"] = user;
    request_in(review)["namespace"] = space;
    return admission.validate(request_of(review), call_for_test());
  };
  EXPECT_TRUE(decide("alice", "kube-system").allowed);
  EXPECT_THAT(decide("alice", "kube-system").audit_annotations,
              Contains(Pair("exception", "ops: parts of the cluster")));
  EXPECT_FALSE(decide("alice", "shop").allowed);
  EXPECT_TRUE(decide("deployer", "shop").allowed);
  EXPECT_FALSE(decide("deployer", "other").allowed);
  now = *base::parse_time("2026-07-01");
  EXPECT_FALSE(decide("deployer", "shop").allowed) << "the exemption has ended";
}

/// Keeps events, or refuses them.
class TestTrail final : public Trail {
public:
  base::Result<std::uint64_t> append(AuditEvent event) override {
    const std::scoped_lock lock(guard_);
    if (broken) return base::fail(base::Code::Io, "the disk is full");
    events.push_back(event);
    return events.size();
  }

  bool broken = false;
  std::vector<AuditEvent> events;

private:
  std::mutex guard_;
};

TEST(Admission, WritesEveryDecisionIntoTheTrail) {
  TestTrail trail;
  Admission admission({.trail = &trail}, policy_of(std::string(kPolicy)));
  admission.validate(request_named("pod-create"), call_for_test());
  admission.validate(request_named("pod-create-dry-run"), call_for_test());
  admission.validate(request_named("pod-exec"), call_for_test());
  ASSERT_EQ(trail.events.size(), 3U);
  EXPECT_EQ(trail.events[0].gate, "admission");
  EXPECT_EQ(trail.events[0].caller.user, "alice");
  EXPECT_EQ(trail.events[0].caller.proof, Proof::Kubernetes);
  EXPECT_EQ(trail.events[0].action, "containers.create");
  EXPECT_EQ(trail.events[0].resource_kind, "pod");
  EXPECT_EQ(trail.events[0].resource, "shop/web");
  EXPECT_EQ(trail.events[0].method, "CREATE");
  EXPECT_THAT(trail.events[0].decision.reason, Not(HasSubstr("dry run")));
  EXPECT_THAT(trail.events[1].decision.reason, HasSubstr("dry run: "));
  EXPECT_EQ(trail.events[2].command, "/bin/sh -c id");
  EXPECT_FALSE(trail.events[2].decision.allow);
}

TEST(Admission, DeniesWhatTheTrailCannotHold) {
  TestTrail trail;
  trail.broken = true;
  Admission closed({.trail = &trail}, policy_of(std::string(kPolicy)));
  const AdmissionAnswer denied = closed.validate(request_named("pod-create"), call_for_test());
  EXPECT_FALSE(denied.allowed);
  EXPECT_EQ(denied.code, 500);
  EXPECT_THAT(denied.message, HasSubstr("the disk is full"));
  Admission open({.trail = &trail, .fail_open = true}, policy_of(std::string(kPolicy)));
  const AdmissionAnswer allowed = open.validate(request_named("pod-create"), call_for_test());
  EXPECT_TRUE(allowed.allowed);
  EXPECT_THAT(allowed.warnings, Contains(HasSubstr("not in the audit trail")));
}

TEST(Admission, WithoutAPolicyNothingIsAllowed) {
  Admission admission({}, nullptr);
  EXPECT_FALSE(admission.validate(request_named("pod-create"), call_for_test()).allowed);
  EXPECT_FALSE(admission.mutate(request_named("pod-create"), call_for_test()).allowed);
}

TEST(Admission, TakesVerdictsOfImages) {
  std::atomic<int> scans = 0;
  auto verdicts = ImageVerdicts::open(
      {.retry = std::chrono::seconds(0)},
      [&](const std::string& image) -> base::Result<ImageVerdict> {
        ++scans;
        const bool bad = image.contains("bad");
        return ImageVerdict{
            bad ? "deny" : "allow", bad ? "CVE-2021-44228 in log4j" : "", "", "", base::now()};
      });
  ASSERT_TRUE(verdicts);
  const auto decide = [&](Admission& admission, const std::string& image, bool dry_run) {
    json::value review = changed_review("pod-create", "", R"({"image":")" + image + R"("})");
    request_in(review)["dryRun"] = dry_run;
    return admission.validate(request_of(review), call_for_test());
  };
  // These verdicts name no policy, and so count for one without a version.
  Admission closed({.verdicts = verdicts->get()},
                   policy_of("admission: {images: {scan: true, unknown: closed}}"));
  (*verdicts)->set_policy("");
  const AdmissionAnswer dry = decide(closed, "good:1", true);
  EXPECT_FALSE(dry.allowed);
  EXPECT_THAT(dry.message, HasSubstr("a dry run asks for none"));
  EXPECT_EQ((*verdicts)->counts().queued + static_cast<std::size_t>(scans.load()), 0U);
  EXPECT_THAT(decide(closed, "good:1", false).message, HasSubstr("it is being scanned"));
  EXPECT_THAT(decide(closed, "bad:1", false).message, HasSubstr("it is being scanned"));
  for (int i = 0; i < 500 && (*verdicts)->counts().scanned < 2; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(decide(closed, "good:1", false).allowed);
  const AdmissionAnswer bad = decide(closed, "docker.io/library/bad:1", false);
  EXPECT_FALSE(bad.allowed) << "another spelling of the same image";
  EXPECT_THAT(bad.message, HasSubstr("CVE-2021-44228"));
  Admission open({.verdicts = verdicts->get()},
                 policy_of("admission: {images: {scan: true, unknown: open}}"));
  (*verdicts)->set_policy("");
  const AdmissionAnswer unknown = decide(open, "new:1", false);
  EXPECT_TRUE(unknown.allowed);
  EXPECT_THAT(unknown.warnings, Contains(HasSubstr("no scan that counts is known")));
}

TEST(Admission, WithoutAScannerAnImagePolicyCannotBeKept) {
  Admission admission({}, policy_of("admission: {images: {scan: true, unknown: open}}"));
  EXPECT_FALSE(admission.validate(request_named("pod-create"), call_for_test()).allowed);
}

TEST(AdmissionPolicy, ComplainsWithThePlace) {
  const struct {
    std::string text;
    std::string message;
  } rows[] = {
      {"admission: {pod_securty: []}", "did you mean pod_security?"},
      {"admission: {pod_security: [{level: high}]}", "'level' is restricted or baseline"},
      {"admission: {pod_security: [{action: deny}]}", "'level' is missing"},
      {"admission: {pod_security: {level: baseline}}", "is a list"},
      {"admission: {defaults: [{set: [drop-caps]}]}", "there is no default 'drop-caps'"},
      {"admission: {defaults: [{namespaces: [a]}]}", "'set' names no default"},
      {"admission: {images: {scan: maybe}}", "'scan' is true or false"},
      {"admission: {images: {unknown: shut}}", "'unknown' is open or closed"},
      {"admission: {images: {max_age: soon}}", "'max_age' is a time"},
      {"admission: {exempt: [{namespaces: [a]}]}", "has no 'why'"},
      {"admission: {exempt: [{why: b}]}", "names no namespaces"},
      {"admission: {exempt: [{namespaces: ['*a*'], why: b}]}", "at most one '*'"},
      {"admission: {exempt: [{users: [a], why: b, until: later}]}", "'until' is a date"},
      {"admission: 7", "'admission' is a mapping"},
      {"rules: [{name: a, on: request, deny: request.privilegd = true}]", "request.privileged"},
  };

  for (const auto& row : rows) {
    const auto policy = load_admission_policy("p.yaml", row.text, {}, base::Time());
    ASSERT_FALSE(policy) << row.text;
    EXPECT_THAT(policy.error().text(), HasSubstr(row.message)) << row.text;
    EXPECT_THAT(policy.error().text(), HasSubstr("p.yaml:1:")) << row.text;
  }
}

} // namespace
} // namespace portique::access::kubernetes
