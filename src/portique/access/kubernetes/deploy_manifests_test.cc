// deploy/kubernetes holds itself to what the program asks of others.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/kubernetes/admission.h"
#include "portique/access/kubernetes/admission_test_support.h"
#include "portique/base/yaml.h"
#include "portique/inspect/config_files/check_files.h"
#include "portique/inspect/config_files/yaml_access.h"
#include "portique/inspect/kubernetes/check_kubernetes.h"

namespace portique::access::kubernetes {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

fs::path deploy_folder() {
  return fs::path(PORTIQUE_TESTDATA) / "../../../../../deploy/kubernetes";
}

std::vector<inspect::ConfigFile> manifests() {
  std::vector<inspect::ConfigFile> files;
  for (const auto& entry : fs::directory_iterator(deploy_folder())) {
    std::ifstream in(entry.path());
    files.push_back({entry.path().filename().string(), {std::istreambuf_iterator<char>(in), {}}});
  }
  return files;
}

TEST(DeployManifests, PassEveryCheck) {
  const std::vector<inspect::ConfigFile> files = manifests();
  EXPECT_EQ(files.size(), 4U);
  const inspect::ConfigFindings found = inspect::check_config_files(files, {});
  for (const inspect::Hit& hit : found.hits)
    ADD_FAILURE() << hit.path << ":" << hit.lines.first << ": " << hit.rule << ": " << hit.evidence;
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_EQ(found.files.size(), 4U) << "all of them are read as manifests";
}

/// Calls `visit` with every object.
void for_each_object(const std::function<void(const inspect::kubernetes::Object&)>& visit) {
  for (const inspect::ConfigFile& file : manifests()) {
    const auto documents = base::parse_yaml(file.content, {});
    ASSERT_TRUE(documents) << documents.error().text();
    for (const base::YamlDocument& document : *documents) {
      std::vector<inspect::kubernetes::Object> objects;
      inspect::kubernetes::add_objects(document.root, file.path, objects);
      for (const auto& object : objects)
        visit(object);
    }
  }
}

TEST(DeployManifests, TheWebhookIsRestricted) {
  std::size_t pods = 0;
  for_each_object([&](const inspect::kubernetes::Object& object) {
    const auto pod = inspect::kubernetes::pod_of(object);
    if (pod.spec == nullptr) return;
    ++pods;
    std::vector<inspect::Hit> found;
    inspect::Hits hits(found, 100);
    inspect::kubernetes::run_pod_security(pod, inspect::kubernetes::PodSecurity::Restricted, hits);
    EXPECT_THAT(found, IsEmpty());
  });
  EXPECT_EQ(pods, 1U);
}

TEST(DeployManifests, ThePolicyLoadsAndDecides) {
  std::shared_ptr<const AdmissionPolicy> policy;
  for_each_object([&](const inspect::kubernetes::Object& object) {
    if (object.kind == "ConfigMap")
      policy =
          policy_of(std::string(inspect::text(inspect::at(object.node, {"data", "policy.yaml"}))));
  });
  ASSERT_TRUE(policy);
  Admission admission({}, policy);
  EXPECT_TRUE(admission.validate(request_named("deployment-create"), call_for_test()).allowed);
  const auto socket = changed_review(
      "deployment-create",
      R"({"volumes":[{"name":"h","hostPath":{"path":"/run/containerd","type":""}}]})",
      R"({"volumeMounts":[{"name":"h","mountPath":"/h","readOnly":true}]})");
  EXPECT_FALSE(admission.validate(request_of(socket), call_for_test()).allowed);
  EXPECT_EQ(admission.mutate(request_named("deployment-create"), call_for_test()).patch.size(), 3U);
}

TEST(DeployManifests, TheConfigurationsFitTheWebhook) {
  std::size_t webhooks = 0;
  for_each_object([&](const inspect::kubernetes::Object& object) {
    const bool mutates = object.kind == "MutatingWebhookConfiguration";
    if (!mutates && object.kind != "ValidatingWebhookConfiguration") return;
    for (const base::YamlNode& webhook : inspect::items(object.node->find("webhooks"))) {
      ++webhooks;
      EXPECT_EQ(inspect::text(webhook.find("failurePolicy")), "Fail");
      EXPECT_EQ(inspect::text(webhook.find("sideEffects")), "NoneOnDryRun");
      EXPECT_EQ(inspect::text(webhook.find("matchPolicy")), "Equivalent");
      EXPECT_EQ(inspect::text(inspect::at(&webhook, {"clientConfig", "service", "path"})),
                mutates ? "/mutate" : "/validate");
      EXPECT_EQ(inspect::items(webhook.find("admissionReviewVersions")).size(), 1U);
    }
  });
  EXPECT_EQ(webhooks, 2U);
}

} // namespace
} // namespace portique::access::kubernetes
