// Patches are applied by python3-jsonpatch, which others wrote after RFC 6902.
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "portique/access/kubernetes/admission.h"
#include "portique/access/kubernetes/admission_test_support.h"
#include "portique/access/kubernetes/pod_defaults.h"
#include "portique/base/run_program.h"

namespace portique::access::kubernetes {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kDigest =
    "sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1";

PodDefaults all_defaults() {
  PodDefaults defaults;
  for (const std::string_view name : pod_default_names())
    EXPECT_TRUE(set_pod_default(defaults, name));
  return defaults;
}

std::optional<std::string> pin(std::string_view image) {
  return std::string(image) + "@" + std::string(kDigest);
}

struct Defaulted {
  json::array patch;
  json::value object; ///< as the patch says it becomes
};

Defaulted defaulted(const AdmissionRequest& request, const PodDefaults& defaults = all_defaults()) {
  Defaulted result{{}, request.object};
  result.patch = default_pod(request, defaults, pin, result.object);
  return result;
}

std::set<std::string> paths(const json::array& patch) {
  std::set<std::string> all;
  for (const json::value& operation : patch)
    all.emplace(operation.at("path").as_string());
  return all;
}

/// What python3-jsonpatch makes of it; nothing if it is not installed.
std::optional<json::value> applied_by_python(const json::value& document,
                                             const json::array& patch) {
  const std::string script =
      "import sys, json\n"
      "try:\n    import jsonpatch\n"
      "except ImportError:\n    sys.exit(77)\n"
      "given = json.load(sys.stdin)\n"
      "json.dump(jsonpatch.JsonPatch(given['patch']).apply(given['document']), sys.stdout)\n";
  const json::object given{{"document", document}, {"patch", patch}};
  const auto output = base::run_program(
      {"python3", "-c", script}, {.output_bytes = 8ULL << 20U}, json::serialize(given));
  if (!output || output->exit_status == 77) return std::nullopt;
  EXPECT_EQ(output->exit_status, 0) << output->err;
  return json::parse(output->out);
}

std::vector<std::string> reviews_that_get_defaults() {
  return {"pod-create",
          "pod-create-generated-name",
          "pod-ephemeralcontainers",
          "pod-update-image",
          "deployment-create",
          "deployment-update-image",
          "replicaset-create",
          "statefulset-create",
          "daemonset-create",
          "job-create",
          "cronjob-create",
          "replicationcontroller-create",
          "podtemplate-create"};
}

TEST(PodDefaults, PatchesMeanTheSameToAnotherProgram) {
  for (const std::string& name : reviews_that_get_defaults()) {
    const AdmissionRequest request = request_named(name);
    const Defaulted result = defaulted(request);
    ASSERT_FALSE(result.patch.empty()) << name;
    const auto applied = applied_by_python(request.object, result.patch);
    if (!applied) GTEST_SKIP() << "python3-jsonpatch is not installed";
    EXPECT_EQ(*applied, result.object) << name;
  }
}

TEST(PodDefaults, AreIdempotent) {
  for (const std::string& name : reviews_that_get_defaults()) {
    AdmissionRequest request = request_named(name);
    request.object = defaulted(request).object;
    EXPECT_THAT(defaulted(request).patch, IsEmpty()) << name;
  }
}

TEST(PodDefaults, MakeAPlainWorkloadRestricted) {
  Admission admission({}, policy_of("admission: {pod_security: [{level: restricted}]}"));
  for (const std::string& name : reviews_that_get_defaults()) {
    if (name.contains("update") || name.contains("ephemeral")) continue;
    AdmissionRequest request = request_named(name);
    EXPECT_FALSE(admission.validate(request, call_for_test()).allowed) << name;
    request.object = defaulted(request).object;
    const AdmissionAnswer answer = admission.validate(request, call_for_test());
    EXPECT_TRUE(answer.allowed) << name << ": " << answer.message;
  }
}

TEST(PodDefaults, LeaveAloneWhatTheServerWouldNotTake) {
  for (const std::string name : {"pod-update-labels",
                                 "pod-status",
                                 "pod-delete",
                                 "pod-exec",
                                 "pod-binding",
                                 "deployment-update-replicas",
                                 "deployment-scale",
                                 "deployment-delete",
                                 "job-update",
                                 "service-create"})
    EXPECT_THAT(defaulted(request_named(name)).patch, IsEmpty()) << name;
}

TEST(PodDefaults, ReachOnlyWhatIsNewInARunningPod) {
  EXPECT_EQ(paths(defaulted(request_named("pod-update-image")).patch),
            std::set<std::string>{"/spec/containers/0/image"});
  for (const std::string& path : paths(defaulted(request_named("pod-ephemeralcontainers")).patch))
    EXPECT_TRUE(path.starts_with("/spec/ephemeralContainers/0/")) << path;
}

TEST(PodDefaults, MakeMissingParents) {
  json::value review = json::parse(review_text("pod-create"));
  request_in(review)["object"].at("spec").as_object().erase("securityContext");
  const Defaulted result = defaulted(request_of(review), {.seccomp = true});
  ASSERT_EQ(result.patch.size(), 1U);
  EXPECT_EQ(result.patch[0].at("op"), "add");
  EXPECT_EQ(result.patch[0].at("path"), "/spec/securityContext");
  EXPECT_EQ(json::serialize(result.patch[0].at("value")),
            R"({"seccompProfile":{"type":"RuntimeDefault"}})");
}

TEST(PodDefaults, NeverWeakenOrContradict) {
  const struct {
    std::string why;
    std::string spec;
    std::string container;
    std::string path;  ///< below the container, or below the pod with a leading "/"
    std::string value; ///< what stands there afterwards; "" for nothing
  } rows[] = {
      {"user root stays possible",
       "",
       R"({"securityContext":{"runAsUser":0}})",
       "securityContext/runAsNonRoot",
       ""},
      {"root for the pod",
       R"({"securityContext":{"runAsUser":0}})",
       "",
       "securityContext/runAsNonRoot",
       ""},
      {"another user of the container",
       R"({"securityContext":{"runAsUser":0}})",
       R"({"securityContext":{"runAsUser":7}})",
       "securityContext/runAsNonRoot",
       "true"},
      {"the pod says it",
       R"({"securityContext":{"runAsNonRoot":true}})",
       "",
       "securityContext/runAsNonRoot",
       ""},
      {"the pod denies it",
       R"({"securityContext":{"runAsNonRoot":false}})",
       "",
       "securityContext/runAsNonRoot",
       ""},
      {"the container denies it",
       "",
       R"({"securityContext":{"runAsNonRoot":false}})",
       "securityContext/runAsNonRoot",
       "false"},
      {"writable root is asked for",
       "",
       R"({"securityContext":{"readOnlyRootFilesystem":false}})",
       "securityContext/readOnlyRootFilesystem",
       "false"},
      {"privileged excludes it",
       "",
       R"({"securityContext":{"privileged":true}})",
       "securityContext/allowPrivilegeEscalation",
       ""},
      {"privileged keeps its capabilities",
       "",
       R"({"securityContext":{"privileged":true}})",
       "securityContext/capabilities",
       ""},
      {"SYS_ADMIN excludes it",
       "",
       R"({"securityContext":{"capabilities":{"add":["SYS_ADMIN"]}}})",
       "securityContext/allowPrivilegeEscalation",
       ""},
      {"what is added stays",
       "",
       R"({"securityContext":{"capabilities":{"add":["NET_BIND_SERVICE"]}}})",
       "securityContext/capabilities",
       R"({"add":["NET_BIND_SERVICE"],"drop":["ALL"]})"},
      {"what is dropped stays",
       "",
       R"({"securityContext":{"capabilities":{"drop":["MKNOD"]}}})",
       "securityContext/capabilities/drop",
       R"(["MKNOD","ALL"])"},
      {"all is dropped already",
       "",
       R"({"securityContext":{"capabilities":{"drop":["all"]}}})",
       "securityContext/capabilities/drop",
       R"(["all"])"},
      {"nothing is dropped yet",
       "",
       R"({"securityContext":{"capabilities":{"drop":[]}}})",
       "securityContext/capabilities/drop",
       R"(["ALL"])"},
      {"a digest stays",
       "",
       R"({"image":"a@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d0"})",
       "image",
       R"("a@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d0")"},
      {"seccomp is set",
       R"({"securityContext":{"seccompProfile":{"type":"Localhost","localhostProfile":"a"}}})",
       "",
       "/securityContext/seccompProfile/type",
       R"("Localhost")"},
      {"the token is asked for",
       R"({"automountServiceAccountToken":true})",
       "",
       "/automountServiceAccountToken",
       "true"},
      {"Windows: no seccomp",
       R"({"os":{"name":"windows"}})",
       "",
       "/securityContext/seccompProfile",
       ""},
      {"Windows: no capabilities",
       R"({"os":{"name":"windows"}})",
       "",
       "securityContext/capabilities",
       ""},
      {"Windows: no root",
       R"({"os":{"name":"windows"}})",
       "",
       "securityContext/runAsNonRoot",
       "true"},
      {"a setting that is no object",
       "",
       R"({"securityContext":"none"})",
       "securityContext",
       R"("none")"},
  };

  for (const auto& row : rows) {
    const Defaulted result =
        defaulted(request_of(changed_review("deployment-create", row.spec, row.container)));
    const json::value* at = &result.object.at("spec").at("template").at("spec");
    std::string path = row.path;
    if (path.starts_with('/'))
      path.erase(0, 1);
    else
      at = &at->at("containers").at(0);
    json::error_code error;
    const json::value* found = at->find_pointer("/" + path, error);
    EXPECT_EQ(found == nullptr ? "" : json::serialize(*found), row.value) << row.why;
  }
}

TEST(PodDefaults, DoNotHideATokenThatIsMounted) {
  EXPECT_FALSE(paths(defaulted(request_named("pod-create")).patch)
                   .contains("/spec/automountServiceAccountToken"));
  EXPECT_TRUE(paths(defaulted(request_named("deployment-create")).patch)
                  .contains("/spec/template/spec/automountServiceAccountToken"));
}

TEST(JsonPatch, EscapesNames) {
  EXPECT_EQ(json_pointer(JsonPath{"metadata", "annotations", "a/b~c", "0", ""}),
            "/metadata/annotations/a~1b~0c/0/");
  json::value document = json::parse(R"({"a":null,"b":[1]})");
  const json::value before = document;
  JsonPatch patch(document);
  EXPECT_TRUE(patch.set_default({"a", "x/y", "~"}, 1));
  EXPECT_FALSE(patch.set_default({"b", "0"}, 2));
  EXPECT_FALSE(patch.set_default({"b", "5"}, 2)) << "lists have no members to be set";
  EXPECT_TRUE(patch.append({"b"}, 2));
  EXPECT_FALSE(patch.append({"c"}, 2));
  EXPECT_TRUE(patch.replace({"b", "0"}, json::array{"~1"}));
  EXPECT_FALSE(patch.replace({"b", "9"}, 1));
  EXPECT_EQ(json::serialize(document), R"({"a":{"x/y":{"~":1}},"b":[["~1"],2]})");
  const auto applied = applied_by_python(before, patch.operations());
  if (!applied) GTEST_SKIP() << "python3-jsonpatch is not installed";
  EXPECT_EQ(*applied, document);
}

/// Knows one tag.
class OneDigest final : public ImageDigests {
public:
  base::Result<base::Digest> digest(std::string_view image,
                                    std::chrono::steady_clock::time_point /*deadline*/) override {
    if (image == "registry.example/shop/web:1.2") return base::Digest::parse(kDigest);
    return base::fail(base::Code::Network, "the registry is silent");
  }
};

TEST(Admission, MutatesByThePolicy) {
  OneDigest digests;
  Admission admission({.digests = &digests}, policy_of(R"(
admission:
  defaults:
    - {set: [drop-capabilities, seccomp]}
    - {set: [pin-images], namespaces: [shop]}
  exempt: [{namespaces: [kube-system], why: parts of the cluster}]
)"));
  const auto mutate = [&](const std::string& space, const std::string& container) {
    json::value review = changed_review("deployment-create", "", container);
    request_in(review)["namespace"] = space;
    return admission.mutate(request_of(review), call_for_test());
  };
  const AdmissionAnswer answer = mutate("shop", "");
  EXPECT_TRUE(answer.allowed);
  EXPECT_EQ(paths(answer.patch),
            (std::set<std::string>{"/spec/template/spec/securityContext/seccompProfile",
                                   "/spec/template/spec/containers/0/securityContext",
                                   "/spec/template/spec/containers/0/image"}));
  EXPECT_EQ(mutate("other", "").patch.size(), 2U);
  EXPECT_THAT(mutate("kube-system", "").patch, IsEmpty());
  const AdmissionAnswer silent = mutate("shop", R"({"image":"elsewhere.example/a:1"})");
  EXPECT_TRUE(silent.allowed);
  EXPECT_EQ(silent.patch.size(), 2U);
  EXPECT_THAT(silent.warnings, testing::ElementsAre(HasSubstr("the registry is silent")));
  admission.set_policy(
      policy_of("admission: {defaults: [{set: [pin-images]}], images: {unpinned: closed}}"));
  const AdmissionAnswer denied = mutate("shop", R"({"image":"elsewhere.example/a:1"})");
  EXPECT_FALSE(denied.allowed);
  EXPECT_THAT(denied.message, HasSubstr("its digest is not known"));
}

TEST(Admission, LeavesMirrorPodsAlone) {
  Admission admission({}, policy_of("admission: {defaults: [{set: [seccomp]}]}"));
  json::value review = json::parse(review_text("pod-create"));
  merge(request_in(review)["object"],
        json::parse(R"({"metadata":{"annotations":{"kubernetes.io/config.mirror":"abc"}}})"));
  EXPECT_EQ(admission.mutate(request_of(review), call_for_test()).patch.size(), 1U)
      << "anybody can write the annotation";
  request_in(review)["userInfo"].as_object()["groups"] = json::array{"system:nodes"};
  EXPECT_THAT(admission.mutate(request_of(review), call_for_test()).patch, IsEmpty());
}

} // namespace
} // namespace portique::access::kubernetes
