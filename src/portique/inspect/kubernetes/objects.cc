#include "portique/inspect/kubernetes/objects.h"

#include <algorithm>
#include <array>

namespace portique::inspect::kubernetes {

namespace {

/// Lists in lists are refused by the API server.
constexpr int kDeepestList = 3;

void add(const YamlNode& node, std::string_view path, int depth, std::vector<Object>& objects) {
  const std::string_view kind = text(node.find("kind"));
  const std::string_view version = text(node.find("apiVersion"));
  if (kind.empty() || version.empty()) return;
  if (kind.ends_with("List") && node.find("items") != nullptr && depth < kDeepestList) {
    for (const YamlNode& item : items(node.find("items")))
      add(item, path, depth + 1, objects);
    return;
  }
  const YamlNode* metadata = node.find("metadata");
  std::string_view name = text(at(metadata, {"name"}));
  if (name.empty()) name = text(at(metadata, {"generateName"}));
  objects.push_back({&node, path, version, kind, name, text(at(metadata, {"namespace"}))});
}

} // namespace

void add_objects(const YamlNode& root, std::string_view path, std::vector<Object>& objects) {
  if (root.is_mapping()) add(root, path, 0, objects);
}

std::optional<std::span<const std::string_view>> pod_path(std::string_view kind) {
  constexpr static std::array<std::string_view, 6> kTemplated{
      "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"};
  constexpr static std::array<std::string_view, 2> kInSpec{"spec", "template"};
  constexpr static std::array<std::string_view, 1> kAtTop{"template"};
  constexpr static std::array<std::string_view, 4> kInJob{
      "spec", "jobTemplate", "spec", "template"};
  if (kind == "Pod") return std::span<const std::string_view>();
  if (kind == "PodTemplate") return kAtTop;
  if (kind == "CronJob") return kInJob;
  if (std::ranges::find(kTemplated, kind) != kTemplated.end()) return kInSpec;
  return std::nullopt;
}

Pod pod_of(const Object& object) {
  Pod pod{.object = &object};
  const auto path = pod_path(object.kind);
  const YamlNode* holder = path ? object.node : nullptr;
  for (const std::string_view name : path.value_or(std::span<const std::string_view>()))
    holder = at(holder, {name});
  pod.spec = at(holder, {"spec"});
  if (pod.spec != nullptr && !pod.spec->is_mapping()) pod.spec = nullptr;
  pod.metadata = at(holder, {"metadata"});
  pod.windows = text(at(pod.spec, {"os", "name"})) == "windows";
  return pod;
}

std::vector<Container> containers_of(const Pod& pod) {
  struct List {
    std::string_view name;
    Container::Role role;
  };

  constexpr std::array kLists{List{"containers", Container::Role::Main},
                              List{"initContainers", Container::Role::Init},
                              List{"ephemeralContainers", Container::Role::Ephemeral}};
  std::vector<Container> containers;
  for (const List& list : kLists)
    for (const YamlNode& node : items(at(pod.spec, {list.name})))
      if (node.is_mapping())
        containers.push_back({&pod, &node, list.role, text(node.find("name"))});
  return containers;
}

} // namespace portique::inspect::kubernetes
