#include <gtest/gtest.h>

#include "portique/inspect/kubernetes/check_kubernetes.h"
#include "portique/inspect/kubernetes/objects.h"

namespace portique::inspect::kubernetes {
namespace {

YamlNode yaml(std::string_view text) {
  return base::parse_single_yaml(text, base::Limits{}).value().root;
}

TEST(KubernetesObjects, LeadEveryWorkloadToItsPod) {
  const struct {
    std::string_view kind;
    std::string_view way; ///< to the pod specification, in flow style
  } rows[] = {
      {"Pod", "spec: {containers: [{name: a}]}"},
      {"PodTemplate", "template: {spec: {containers: [{name: a}]}}"},
      {"Deployment", "spec: {template: {spec: {containers: [{name: a}]}}}"},
      {"StatefulSet", "spec: {template: {spec: {containers: [{name: a}]}}}"},
      {"DaemonSet", "spec: {template: {spec: {containers: [{name: a}]}}}"},
      {"ReplicaSet", "spec: {template: {spec: {containers: [{name: a}]}}}"},
      {"ReplicationController", "spec: {template: {spec: {containers: [{name: a}]}}}"},
      {"Job", "spec: {template: {spec: {containers: [{name: a}]}}}"},
      {"CronJob", "spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a}]}}}}}"},
  };

  for (const auto& row : rows) {
    const YamlNode root =
        yaml("apiVersion: v1\nkind: " + std::string(row.kind) + "\n" + std::string(row.way) + "\n");
    std::vector<Object> objects;
    add_objects(root, "a.yaml", objects);
    ASSERT_EQ(objects.size(), 1U) << row.kind;
    const Pod pod = pod_of(objects[0]);
    ASSERT_NE(pod.spec, nullptr) << row.kind;
    ASSERT_EQ(containers_of(pod).size(), 1U) << row.kind;
    EXPECT_EQ(containers_of(pod)[0].name, "a");
  }
}

TEST(KubernetesObjects, UnfoldLists) {
  const YamlNode root =
      yaml("apiVersion: v1\nkind: List\nitems:\n"
           "  - {apiVersion: v1, kind: Pod, metadata: {name: a, namespace: n}}\n"
           "  - {apiVersion: v1, kind: PodList, items: [{apiVersion: v1, kind: Pod}]}\n"
           "  - nothing\n");
  std::vector<Object> objects;
  add_objects(root, "a.yaml", objects);
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[0].name, "a");
  EXPECT_EQ(objects[0].space, "n");
}

TEST(KubernetesObjects, KnowAllContainers) {
  const YamlNode root = yaml("apiVersion: v1\nkind: Pod\nspec:\n  os: {name: windows}\n"
                             "  initContainers: [{name: i}]\n  ephemeralContainers: [{name: e}]\n"
                             "  containers: [{name: c}, 7]\n");
  std::vector<Object> objects;
  add_objects(root, "a.yaml", objects);
  const Pod pod = pod_of(objects.at(0));
  EXPECT_TRUE(pod.windows);
  const auto containers = containers_of(pod);
  ASSERT_EQ(containers.size(), 3U);
  EXPECT_EQ(containers[1].role, Container::Role::Init);
  EXPECT_EQ(containers[2].role, Container::Role::Ephemeral);
}

TEST(KubernetesObjects, KnowTheirLines) {
  const YamlNode root = yaml("a:\n  b: 1\n  c: |\n    x\n    y\nd: 2\n");
  EXPECT_EQ(lines_of(*member(&root, "a")), (model::LineRange{1, 5}));
  EXPECT_EQ(lines_of_member(root, "d"), (model::LineRange{6, 6}));
}

// Every shape in which a stranger may write a field.
TEST(KubernetesChecks, TakeAnyShape) {
  for (const std::string_view value : {"7", "[]", "{}", "null", "[{}]", "[[a]]", "{a: {b: c}}"}) {
    std::string text = "apiVersion: v1\nkind: Pod\nmetadata: ";
    text.append(value).append("\nspec:\n  containers:\n    - name: a\n");
    for (const std::string_view field : {"securityContext",
                                         "env",
                                         "ports",
                                         "resources",
                                         "image",
                                         "livenessProbe",
                                         "volumeMounts",
                                         "command",
                                         "lifecycle"})
      text.append("      ").append(field).append(": ").append(value).append("\n");
    for (const std::string_view field : {"volumes",
                                         "securityContext",
                                         "tolerations",
                                         "hostAliases",
                                         "serviceAccountName",
                                         "initContainers",
                                         "os"})
      text.append("  ").append(field).append(": ").append(value).append("\n");
    const YamlNode root = yaml(text);
    std::vector<Object> objects;
    add_objects(root, "a.yaml", objects);
    std::vector<Hit> found;
    Hits hits(found, 10'000);
    run_checks(objects, hits);
    EXPECT_FALSE(found.empty()) << value;
  }
}

} // namespace
} // namespace portique::inspect::kubernetes
