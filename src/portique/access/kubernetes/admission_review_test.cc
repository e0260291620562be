#include <filesystem>

#include <gmock/gmock.h>

#include "portique/access/kubernetes/admission_review.h"
#include "portique/access/kubernetes/admission_test_support.h"
#include "portique/base/text.h"

namespace portique::access::kubernetes {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

TEST(AdmissionReview, ReadsEveryKindOfReview) {
  std::size_t count = 0;
  const std::filesystem::path folder = std::filesystem::path(PORTIQUE_TESTDATA) / "reviews";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const AdmissionRequest request = request_named(entry.path().stem().string());
    EXPECT_EQ(request.uid, "705ab4f5-6393-11e8-b7cc-42010a800002") << entry.path();
    EXPECT_EQ(request.space, "shop") << entry.path();
    EXPECT_FALSE(request.user.empty()) << entry.path();
    EXPECT_FALSE(request.groups.empty()) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 28U);
}

TEST(AdmissionReview, ReadsWhatAnExecCarries) {
  const AdmissionRequest request = request_named("pod-exec");
  EXPECT_EQ(request.operation, Operation::Connect);
  EXPECT_EQ(request.sub_resource, "exec");
  EXPECT_EQ(request.kind.kind, "PodExecOptions");
  EXPECT_EQ(request.resource.resource, "pods");
  EXPECT_EQ(request.name, "web");
  EXPECT_EQ(request.object.at("command").at(2), "id");
  EXPECT_TRUE(request.old_object.is_null());
}

TEST(AdmissionReview, ReadsDryRunAndOldObject) {
  EXPECT_TRUE(request_named("pod-create-dry-run").dry_run);
  EXPECT_FALSE(request_named("pod-create").dry_run);
  const AdmissionRequest gone = request_named("pod-delete");
  EXPECT_TRUE(gone.object.is_null());
  EXPECT_EQ(gone.old_object.at("kind"), "Pod");
}

TEST(AdmissionReview, NamesTheActionOfEveryReview) {
  const struct {
    std::string review;
    std::string action;
  } rows[] = {
      {"pod-create", "containers.create"},
      {"pod-create-generated-name", "containers.create"},
      {"pod-update-labels", "containers.update"},
      {"pod-update-image", "containers.create"},
      {"pod-ephemeralcontainers", "containers.create"},
      {"pod-delete", "containers.remove"},
      {"pod-status", "pods.status"},
      {"pod-exec", "containers.exec"},
      {"pod-attach", "containers.attach"},
      {"pod-portforward", "pods.portforward"},
      {"pod-proxy", "pods.proxy"},
      {"pod-binding", "pods.binding"},
      {"pod-eviction", "pods.eviction"},
      {"deployment-create", "containers.create"},
      {"deployment-update-replicas", "containers.update"},
      {"deployment-update-image", "containers.create"},
      {"deployment-delete", "deployments.delete"},
      {"deployment-scale", "deployments.scale"},
      {"replicaset-create", "containers.create"},
      {"statefulset-create", "containers.create"},
      {"daemonset-create", "containers.create"},
      {"job-create", "containers.create"},
      {"job-update", "containers.update"},
      {"cronjob-create", "containers.create"},
      {"replicationcontroller-create", "containers.create"},
      {"podtemplate-create", "containers.create"},
      {"service-create", "services.create"},
  };

  for (const auto& row : rows)
    EXPECT_EQ(action_of(request_named(row.review)), row.action) << row.review;
}

TEST(AdmissionReview, RefusesWhatHasNoOneMeaning) {
  const std::string good = review_text("pod-create");
  const auto with = [&](std::string_view old_text, std::string_view new_text) {
    std::string text = good;
    const std::size_t at = text.find(old_text);
    EXPECT_NE(at, std::string::npos) << old_text;
    return text.replace(at, old_text.size(), new_text);
  };

  const struct {
    std::string why;
    std::string text;
    base::Code code;
    std::string message;
  } rows[] = {
      {"empty", "", base::Code::Malformed, ""},
      {"no JSON", "hello", base::Code::Malformed, "not valid JSON"},
      {"torn", good.substr(0, good.size() / 2), base::Code::Malformed, ""},
      {"a list", "[]", base::Code::Malformed, "no object"},
      {"not UTF-8", with("alice", "al\xFFice"), base::Code::Malformed, ""},
      {"surplus", good + "{}", base::Code::Malformed, ""},
      {"deep", std::string(200, '[') + std::string(200, ']'), base::Code::Malformed, ""},
      {"v1beta1",
       with("admission.k8s.io/v1", "admission.k8s.io/v1beta1"),
       base::Code::Unsupported,
       "admissionReviewVersions: [v1]"},
      {"other kind", with("\"AdmissionReview\"", "\"Pod\""), base::Code::Malformed, "kind"},
      {"no uid", with("\"uid\": \"705ab", "\"oid\": \"705ab"), base::Code::Malformed, "'uid'"},
      {"uid with a line end", with("705ab4f5", "705\\n"), base::Code::Malformed, "printable"},
      {"uid as a number",
       with("\"705ab4f5-6393-11e8-b7cc-42010a800002\"", "7"),
       base::Code::Malformed,
       "no text"},
      {"other operation", with("\"CREATE\"", "\"create\""), base::Code::Malformed, "operation"},
      {"dryRun as a text",
       with("\"dryRun\": false", "\"dryRun\": \"false\""),
       base::Code::Malformed,
       "dryRun"},
      {"object of another kind",
       with("\"kind\": \"Pod\"\n  },\n  \"resource\"",
            "\"kind\": \"ConfigMap\"\n  },\n  \"resource\""),
       base::Code::Malformed,
       "its object is another"},
      {"a name twice",
       with("\"dryRun\": false", "\"dryRun\": false, \"dryRun\": true"),
       base::Code::Malformed,
       "'dryRun' stands twice"},
      {"a name twice in the object, once escaped",
       with("\"restartPolicy\": \"Always\"",
            "\"restartPolicy\": \"Always\", \"restart\\u0050olicy\": \"Never\""),
       base::Code::Malformed,
       "stands twice"},
      {"no object", with("\"object\"", "\"objekt\""), base::Code::Malformed, "'object'"},
      {"groups as a text",
       with("\"groups\": [", "\"groups\": \"dev\", \"others\": ["),
       base::Code::Malformed,
       "groups"},
  };

  for (const auto& row : rows) {
    const auto request = parse_admission_review(row.text, {});
    ASSERT_FALSE(request) << row.why;
    EXPECT_EQ(request.error().code(), row.code) << row.why << ": " << request.error().text();
    EXPECT_THAT(request.error().text(), HasSubstr(row.message)) << row.why;
  }
}

TEST(AdmissionReview, KeepsItsLimits) {
  const auto large = parse_admission_review(std::string(9U << 20U, ' '), {});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code(), base::Code::LimitExceeded);
  std::string many = "[0";
  for (int i = 0; i < 300'000; ++i)
    many += ",0";
  const auto values = parse_admission_review(many + "]", {});
  ASSERT_FALSE(values);
  EXPECT_EQ(values.error().code(), base::Code::LimitExceeded);
}

TEST(AdmissionReview, WritesAnAnswer) {
  AdmissionAnswer answer{.uid = "u1",
                         .allowed = false,
                         .code = 403,
                         .reason = "Forbidden",
                         .message = "no",
                         .warnings = {"first\nline", std::string(400, 'x')},
                         .audit_annotations = {{"decision", "deny"}}};
  const json::value review = json::parse(admission_review_text(answer));
  EXPECT_EQ(review.at("apiVersion"), "admission.k8s.io/v1");
  EXPECT_EQ(review.at("kind"), "AdmissionReview");
  const json::object& response = review.at("response").as_object();
  EXPECT_EQ(response.at("uid"), "u1");
  EXPECT_EQ(response.at("allowed"), false);
  EXPECT_EQ(response.at("status").at("code"), 403);
  EXPECT_EQ(response.at("status").at("reason"), "Forbidden");
  EXPECT_EQ(response.at("status").at("message"), "no");
  EXPECT_FALSE(std::string_view(response.at("warnings").at(0).as_string()).contains('\n'));
  EXPECT_EQ(response.at("warnings").at(1).as_string().size(), 256U);
  EXPECT_EQ(response.at("auditAnnotations").at("decision"), "deny");
  EXPECT_FALSE(response.contains("patch"));
}

TEST(AdmissionReview, KeepsWarningsBelowWhatTheServerTakes) {
  AdmissionAnswer answer{.uid = "u1", .allowed = true};
  answer.warnings.assign(100, std::string(200, 'w'));
  const json::value review = json::parse(admission_review_text(answer));
  EXPECT_EQ(review.at("response").at("warnings").as_array().size(), 20U);
}

TEST(AdmissionReview, WritesAPatchInBase64) {
  AdmissionAnswer answer{.uid = "u1", .allowed = true};
  answer.patch.push_back(json::object{{"op", "add"}, {"path", "/a"}, {"value", 1}});
  const json::value review = json::parse(admission_review_text(answer));
  EXPECT_EQ(review.at("response").at("patchType"), "JSONPatch");
  const auto patch = base::from_base64(std::string(review.at("response").at("patch").as_string()));
  ASSERT_TRUE(patch);
  EXPECT_EQ(json::parse(*patch), json::value(answer.patch));
}

} // namespace
} // namespace portique::access::kubernetes
