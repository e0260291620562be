// Who may do what in a cluster, and whose signatures images carry: the roles and rules of Docker's
// gate, asked by an API server.

#include <map>

#include <gmock/gmock.h>

#include "portique/access/kubernetes/admission.h"
#include "portique/access/kubernetes/admission_test_support.h"

namespace portique::access::kubernetes {
namespace {

namespace json = boost::json;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

constexpr std::string_view kPolicy = R"yaml(
name: cluster
rules:
  - {name: no-attach, on: request, deny: request.action = containers.attach, message: nobody attaches}
  - {name: told, on: request, warn: user.roles intersects (shop), message: "{user.roles} at work"}
admission:
  access:
    mounts: [/srv/data]
    roles:
      shop:
        constraints: [baseline]
        allow:
          - {actions: ["containers.*"], namespace: "shop*", image: "registry.example/shop/*"}
          - {actions: [services.create], namespace: shop}
        deny:
          - {actions: [containers.exec], name: "web"}
      nodes: {allow: ["*"]}
      look: {allow: [pods.portforward]}
    bindings:
      shop: {groups: [dev]}
      nodes: {groups: ["system:nodes"], users: ["system:serviceaccount:kube-system:*"]}
      look: {users: [vera]}
      operator: {users: [olga]}
    separate: [[shop, look]]
)yaml";

struct Row {
  std::string why;
  std::string review;
  std::string user;
  std::string group;
  std::string spec;
  std::string container;
  bool allow;
  std::string says; ///< a part of the message
  std::string space = "shop";
};

std::vector<Row> rows() {
  const std::string privileged = R"({"securityContext":{"privileged":true}})";
  const std::string volume = R"({"volumes":[{"name":"h","hostPath":{"path":"/srv/data/x"}}]})";
  const std::string etc = R"({"volumes":[{"name":"h","hostPath":{"path":"/etc"}}]})";
  const std::string mount = R"({"volumeMounts":[{"name":"h","mountPath":"/h"}]})";
  const auto image = [](const std::string& name) { return R"({"image":")" + name + R"("})"; };
  const std::string digest(64, 'a');
  return {
      {"a role's own", "pod-create", "alice", "dev", "", "", true, ""},
      {"a workload", "deployment-create", "alice", "dev", "", "", true, ""},
      {"another namespace",
       "pod-create",
       "alice",
       "dev",
       "",
       "",
       false,
       "no role of alice",
       "prod"},
      {"a namespace of the pattern", "pod-create", "alice", "dev", "", "", true, "", "shop-2"},
      {"nobody", "pod-create", "mallory", "x", "", "", false, "no role is bound to mallory"},
      {"another action", "pod-create", "vera", "x", "", "", false, "no role of vera (look)"},
      {"that action", "pod-portforward", "vera", "x", "", "", true, ""},
      {"roles kept apart", "pod-create", "vera", "dev", "", "", false, "keeps apart"},
      {"a node", "pod-status", "system:node:n1", "system:nodes", "", "", true, ""},
      {"a controller",
       "pod-create",
       "system:serviceaccount:kube-system:replicaset-controller",
       "x",
       "",
       privileged,
       true,
       ""},
      {"a ready role", "pod-create", "olga", "x", "", "", true, ""},
      {"and its set",
       "pod-create",
       "olga",
       "x",
       "",
       privileged,
       false,
       "rule privileged of baseline"},
      {"a set", "pod-create", "alice", "dev", "", privileged, false, "container web: a privileged"},
      {"a host path", "pod-create", "alice", "dev", etc, mount, false, "/etc"},
      {"one that may be mounted", "pod-create", "alice", "dev", volume, mount, true, ""},
      {"host network",
       "pod-create",
       "alice",
       "dev",
       R"({"hostNetwork":true})",
       "",
       false,
       "network"},
      {"another image", "pod-create", "alice", "dev", "", image("busybox"), false, "no role"},
      {"a spelling of it",
       "pod-create",
       "alice",
       "dev",
       "",
       image("REGISTRY.example/shop/x"),
       true,
       ""},
      {"an id", "pod-create", "alice", "dev", "", image("sha256:" + digest), false, "no role"},
      {"an id alone", "pod-create", "alice", "dev", "", image(digest), false, "no role"},
      {"the beginning of one", "pod-create", "alice", "dev", "", image("cafe"), false, "no role"},
      {"exec",
       "pod-exec",
       "alice",
       "dev",
       "",
       "",
       false,
       "role shop denies containers.exec on web"},
      {"both sides", "pod-attach", "alice", "dev", "", "", false, "nobody attaches"},
      {"other objects", "service-create", "alice", "dev", "", "", true, ""},
      {"of others", "service-create", "vera", "x", "", "", false, "services.create"},
      {"deleting", "pod-delete", "alice", "dev", "", "", false, "no role"},
      {"deleting", "pod-delete", "olga", "x", "", "", true, ""},
  };
}

AdmissionRequest request_by(const Row& row) {
  const bool changes = !row.spec.empty() || !row.container.empty();
  json::value review = changes ? changed_review(row.review, row.spec, row.container)
                               : json::parse(review_text(row.review));
  json::object& user = request_in(review)["userInfo"].as_object();
  user["username"] = row.user;
  user["groups"] = json::array{json::value(row.group)};
  request_in(review)["namespace"] = row.space;
  return request_of(review);
}

TEST(AdmissionAccess, RolesAndBindingsDecideAsAtDockersGate) {
  Admission admission({}, policy_of(std::string(kPolicy)));
  for (const Row& row : rows()) {
    const AdmissionAnswer answer = admission.validate(request_by(row), call_for_test());
    EXPECT_EQ(answer.allowed, row.allow) << row.why << ": " << answer.message;
    EXPECT_THAT(answer.message, HasSubstr(row.says)) << row.why;
    EXPECT_EQ(answer.code, row.allow ? 0 : 403) << row.why;
  }
}

TEST(AdmissionAccess, RulesSeeTheRolesAndTheTrailTheRole) {
  Admission admission({}, policy_of(std::string(kPolicy)));
  const AdmissionAnswer answer = admission.validate(
      request_by({"", "pod-create", "alice", "dev", "", "", true, ""}), call_for_test());
  EXPECT_THAT(answer.warnings, Contains(HasSubstr("shop at work")));
  // The version is of all that decides, and without `access` that of the rules alone.
  const auto with = policy_of(std::string(kPolicy));
  EXPECT_NE(with->version(), with->rules.version());
  const auto without = policy_of("name: x\n");
  EXPECT_EQ(without->version(), without->rules.version());
  EXPECT_THAT(answer.audit_annotations, Contains(Pair("policy", with->version())));
}

TEST(AdmissionAccess, WithoutBindingsNothingChanges) {
  Admission admission({}, policy_of("name: x\n"));
  for (const Row& row : rows()) {
    const AdmissionAnswer answer = admission.validate(request_by(row), call_for_test());
    EXPECT_TRUE(answer.allowed) << row.why << ": " << answer.message;
  }
}

TEST(AdmissionAccess, AuditModeAndExemptionsHoldForRolesToo) {
  Admission audit({}, policy_of("mode: audit\n" + std::string(kPolicy)));
  const Row nobody{"", "pod-create", "mallory", "x", "", "", true, ""};
  const AdmissionAnswer answer = audit.validate(request_by(nobody), call_for_test());
  EXPECT_TRUE(answer.allowed);
  EXPECT_THAT(answer.warnings, Contains(HasSubstr("no role is bound to mallory")));
  Admission exempt(
      {}, policy_of(std::string(kPolicy) + "  exempt: [{users: [mallory], why: a guest}]\n"));
  EXPECT_TRUE(exempt.validate(request_by(nobody), call_for_test()).allowed);
}

TEST(AdmissionAccess, ComplainsAboutWhatCannotCount) {
  for (const auto& [text, says] : std::vector<std::pair<std::string, std::string>>{
           {"{roles: {a: {allow: [\"*\"]}}}", "test.yaml:1:21: 'access' binds no role"},
           {"{bindings: {oprator: {users: [a]}}}", "did you mean operator?"},
           {"{binding: {}}", "did you mean bindings?"},
           {"[a]", "this is no access policy"},
           {"{include: [./not-there.yaml]}", "not-there.yaml"},
           {"{bindings: {admin: {users: [a]}}, break_glass: {admin: {users: [a]}}}", "a while"},
           {"{bindings: {admin: {users: [a]}}, rules: [{name: x}]}", "x"}}) {
    const auto policy = load_admission_policy(
        "test.yaml", "admission: {access: " + text + "}", {}, *base::parse_time("2026-02-01"));
    ASSERT_FALSE(policy) << text;
    EXPECT_THAT(policy.error().text(), HasSubstr(says)) << text;
  }
}

/// What a registry would say; an image that is not there cannot be asked for.
class FakeSignatures final : public SignatureSearch {
public:
  void begin(std::string_view reference) override { begun.emplace_back(reference); }

  base::Result<ImageStanding> finish(std::string_view reference,
                                     std::chrono::steady_clock::time_point deadline) override {
    EXPECT_GT(deadline, std::chrono::steady_clock::now());
    ++asked;
    const auto found = signers.find(reference);
    if (found == signers.end()) return base::fail(base::Code::Timeout, "no answer in time");
    ImageStanding standing;
    standing.is_signed = !found->second.empty();
    standing.signers = found->second;
    return standing;
  }

  std::map<std::string, std::vector<std::string>, std::less<>> signers;
  std::vector<std::string> begun;
  int asked = 0;
};

json::value review_with(const std::string& image) {
  return changed_review("pod-create", "", R"({"image":")" + image + R"("})");
}

struct SignedCase {
  std::string policy;
  std::string image;
  bool allow;
  std::string says; ///< in the message, or in a warning
};

TEST(AdmissionAccess, SignaturesAreAskedFor) {
  FakeSignatures signatures;
  signatures.signers = {{"r.example/good:1", {"release"}},
                        {"r.example/other:1", {"stranger"}},
                        {"r.example/bare:1", {}}};
  const std::string closed = "admission: {images: {signed: true}}";
  const std::string open = "admission: {images: {signed: true, unknown: open}}";
  const std::string named = "admission: {images: {signers: [release]}}";
  const std::string rule =
      "rules: [{name: s, on: request, deny: request.images exists and not image.signed = true, "
      "message: unsigned}]";
  const std::string lenient =
      "rules: [{name: s, on: request, deny: image.signed = false, message: unsigned}]";
  const std::string by_name = "rules: [{name: s, on: request, deny: not image.signers intersects "
                              "(release), message: whose}]";
  const std::string role = "admission: {access: {bindings: {operator: {users: [alice]}}, "
                           "image_requirements: {signed: true, signers: [release]}}}";
  for (const SignedCase& one : std::vector<SignedCase>{
           {closed, "r.example/good:1", true, ""},
           {closed, "r.example/bare:1", false, "no trusted key signed it"},
           {closed, "r.example/gone:1", false, "is not known: no answer in time"},
           {open, "r.example/gone:1", true, "is not known: no answer in time"},
           {open, "r.example/bare:1", false, "no trusted key signed it"},
           {named, "r.example/good:1", true, ""},
           {named, "r.example/other:1", false, "none of release signed it"},
           {"mode: audit\n" + closed, "r.example/bare:1", true, "no trusted key signed it"},
           {rule, "r.example/good:1", true, ""},
           {rule, "r.example/bare:1", false, "unsigned"},
           {rule, "r.example/gone:1", false, "unsigned"},
           {lenient, "r.example/bare:1", false, "unsigned"},
           {lenient, "r.example/gone:1", true, ""},
           {by_name, "r.example/good:1", true, ""},
           {by_name, "r.example/other:1", false, "whose"},
           {role, "r.example/good:1", true, ""},
           {role, "r.example/bare:1", false, "carries no signature of a trusted key"},
           {role, "r.example/other:1", false, "none of the trusted signers"},
       }) {
    SCOPED_TRACE(one.policy + " " + one.image);
    Admission admission({.signatures = &signatures}, policy_of(one.policy));
    const AdmissionAnswer answer =
        admission.validate(request_of(review_with(one.image)), call_for_test());
    EXPECT_EQ(answer.allowed, one.allow) << answer.message;
    std::string said = answer.message;
    for (const std::string& warning : answer.warnings)
      said += "\n" + warning;
    EXPECT_THAT(said, HasSubstr(one.says));
  }
}

TEST(AdmissionAccess, EachImageIsAskedForOnceAndOnlyIfSomebodyWantsToKnow) {
  FakeSignatures signatures;
  const std::string pod = R"({"initContainers":[{"name":"i","image":"r.example/a:1"},)"
                          R"({"name":"j","image":"r.example/b:1"}]})";
  signatures.signers = {{"r.example/a:1", {"release"}},
                        {"r.example/b:1", {}},
                        {"registry.example/shop/web:1.2", {"release"}}};
  Admission indifferent({.signatures = &signatures}, policy_of("name: x\n"));
  EXPECT_TRUE(
      indifferent.validate(request_of(changed_review("pod-create", pod, "")), call_for_test())
          .allowed);
  EXPECT_EQ(signatures.asked, 0);
  EXPECT_THAT(signatures.begun, IsEmpty());
  Admission admission(
      {.signatures = &signatures},
      policy_of(
          "rules: [{name: s, on: request, deny: request.images exists and not image.signed = "
          "true, message: \"unsigned {request.images}\"}]\nadmission: {images: {signed: true}}"));
  const AdmissionAnswer answer =
      admission.validate(request_of(changed_review("pod-create", pod, "")), call_for_test());
  EXPECT_FALSE(answer.allowed);
  EXPECT_THAT(answer.message,
              AllOf(HasSubstr("unsigned r.example/b:1"), Not(HasSubstr("unsigned r.example/a"))));
  EXPECT_EQ(signatures.asked, 3);
  EXPECT_EQ(signatures.begun.size(), 3U);
}

TEST(AdmissionAccess, WithoutKeysNobodySigned) {
  const AdmissionRequest request = request_of(review_with("r.example/good:1"));
  const std::string policy = "admission: {images: {signed: true, unknown: open}}";
  Admission closed({}, policy_of(policy));
  EXPECT_THAT(closed.validate(request, call_for_test()).message, HasSubstr("knows a key"));
  Admission open({.fail_open = true}, policy_of(policy));
  EXPECT_TRUE(open.validate(request, call_for_test()).allowed);
}

} // namespace
} // namespace portique::access::kubernetes
