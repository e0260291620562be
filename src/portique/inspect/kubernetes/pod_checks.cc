// Checks of pods beyond the Pod Security Standards: volumes, accounts, where and how they run.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "portique/inspect/kubernetes/check_kubernetes.h"

namespace portique::inspect::kubernetes {

namespace {

std::span<const YamlNode> volumes(const Pod& pod) {
  return items(at(pod.spec, {"volumes"}));
}

void runtime_socket(const Pod& pod, Hits& hits) {
  constexpr std::array<std::string_view, 5> kSockets{
      "docker.sock", "containerd.sock", "crio.sock", "cri-dockerd.sock", "podman.sock"};
  for (const YamlNode& volume : volumes(pod)) {
    const std::string_view path = text(at(&volume, {"hostPath", "path"}));
    const bool is_socket = std::ranges::any_of(
        kSockets, [&](std::string_view socket) { return path.ends_with(socket); });
    if (is_socket) hits.add(lines_of(volume), fmt::format("{} is mounted", path));
  }
}

void sensitive_host_path(const Pod& pod, Hits& hits) {
  constexpr std::array<std::string_view, 16> kPaths{"/",
                                                    "/etc",
                                                    "/proc",
                                                    "/sys",
                                                    "/dev",
                                                    "/root",
                                                    "/boot",
                                                    "/home",
                                                    "/var",
                                                    "/var/run",
                                                    "/run",
                                                    "/var/lib/kubelet",
                                                    "/var/lib",
                                                    "/usr",
                                                    "/var/lib/docker",
                                                    "/var/log"};
  for (const YamlNode& volume : volumes(pod)) {
    std::string_view path = text(at(&volume, {"hostPath", "path"}));
    while (path.size() > 1 && path.ends_with('/'))
      path.remove_suffix(1);
    if (std::ranges::find(kPaths, path) != kPaths.end() || path.starts_with("/etc/kubernetes") ||
        path.starts_with("/var/lib/kubelet/") || path.starts_with("/root/"))
      hits.add(lines_of(volume), fmt::format("{} of the host is mounted", path));
  }
}

void writable_host_path(const Pod& pod, Hits& hits) {
  std::set<std::string_view> of_host;
  for (const YamlNode& volume : volumes(pod))
    if (is_set(volume.find("hostPath"))) of_host.insert(text(volume.find("name")));
  for (const Container& container : containers_of(pod))
    for (const YamlNode& mount : items(container.node->find("volumeMounts"))) {
      const std::string_view name = text(mount.find("name"));
      if (of_host.contains(name) && !is_true(mount.find("readOnly")))
        hits.add(
            lines_of(mount),
            fmt::format("container {} may write to the host through {}", container.name, name));
    }
}

void host_aliases(const Pod& pod, Hits& hits) {
  if (!items(at(pod.spec, {"hostAliases"})).empty())
    hits.add(lines_of_member(*pod.spec, "hostAliases"), "names are resolved by the manifest");
}

void shared_processes(const Pod& pod, Hits& hits) {
  if (is_true(at(pod.spec, {"shareProcessNamespace"})))
    hits.add(lines_of_member(*pod.spec, "shareProcessNamespace"),
             "the containers see each other's processes");
}

void root_group(const Pod& pod, Hits& hits) {
  const auto check = [&](const YamlNode* context) {
    for (const std::string_view name : {"runAsGroup", "fsGroup"}) {
      const YamlNode* group = at(context, {name});
      if (group != nullptr && group->integer() == 0)
        hits.add(lines_of_member(*context, name), fmt::format("{} is the group root", name));
    }
    for (const YamlNode& group : items(at(context, {"supplementalGroups"})))
      if (group.integer() == 0) hits.add(lines_of(group), "root is one of the groups");
  };
  check(at(pod.spec, {"securityContext"}));
  for (const Container& container : containers_of(pod))
    check(container.node->find("securityContext"));
}

void token(const Pod& pod, Hits& hits) {
  const YamlNode* automount = at(pod.spec, {"automountServiceAccountToken"});
  if (is_true(automount))
    hits.add(lines_of_member(*pod.spec, "automountServiceAccountToken"),
             "every container gets the token");
  else if (!is_false(automount))
    hits.add({pod.spec->place.line, pod.spec->place.line},
             "automountServiceAccountToken is not set, which means true");
}

void default_account(const Pod& pod, Hits& hits) {
  std::string_view account = text(at(pod.spec, {"serviceAccountName"}));
  if (account.empty()) account = text(at(pod.spec, {"serviceAccount"}));
  if (account == "default")
    hits.add(lines_of_member(*pod.spec, "serviceAccountName"), "the account is named: default");
  else if (account.empty() && !is_false(at(pod.spec, {"automountServiceAccountToken"})))
    hits.add({pod.spec->place.line, pod.spec->place.line}, "no serviceAccountName is given");
}

void long_token(const Pod& pod, Hits& hits) {
  constexpr std::int64_t kDay = 86'400;
  for (const YamlNode& volume : volumes(pod))
    for (const YamlNode& source : items(at(&volume, {"projected", "sources"}))) {
      const YamlNode* seconds = at(&source, {"serviceAccountToken", "expirationSeconds"});
      if (seconds != nullptr && seconds->integer().value_or(0) > kDay)
        hits.add({seconds->place.line, seconds->place.line},
                 fmt::format("the token is valid for {} seconds", seconds->text));
    }
}

void tolerates_everything(const Pod& pod, Hits& hits) {
  for (const YamlNode& toleration : items(at(pod.spec, {"tolerations"}))) {
    const bool any =
        text(toleration.find("operator")) == "Exists" && text(toleration.find("key")).empty();
    const std::string_view key = text(toleration.find("key"));
    if (any || key == "node-role.kubernetes.io/control-plane" ||
        key == "node-role.kubernetes.io/master")
      hits.add(lines_of(toleration),
               any ? "every taint is tolerated" : "it may run beside the API server");
  }
}

void fixed_node(const Pod& pod, Hits& hits) {
  const std::string_view node = text(at(pod.spec, {"nodeName"}));
  if (!node.empty())
    hits.add(lines_of_member(*pod.spec, "nodeName"), fmt::format("the pod goes to {}", node));
}

void system_priority(const Pod& pod, Hits& hits) {
  const std::string_view priority = text(at(pod.spec, {"priorityClassName"}));
  if (priority.starts_with("system-") && pod.object->space != "kube-system")
    hits.add(lines_of_member(*pod.spec, "priorityClassName"),
             fmt::format("{} is for parts of the cluster", priority));
}

void unbounded_volume(const Pod& pod, Hits& hits) {
  for (const YamlNode& volume : volumes(pod)) {
    const YamlNode* empty = volume.find("emptyDir");
    if (empty != nullptr && !is_set(at(empty, {"sizeLimit"})))
      hits.add(lines_of(volume),
               fmt::format("{} may fill the node's {}",
                           text(volume.find("name")),
                           text(at(empty, {"medium"})) == "Memory" ? "memory" : "disk"));
  }
}

void old_account_field(const Pod& pod, Hits& hits) {
  if (is_set(at(pod.spec, {"serviceAccount"})))
    hits.add(lines_of_member(*pod.spec, "serviceAccount"), "serviceAccount is deprecated");
}

void no_grace(const Pod& pod, Hits& hits) {
  const YamlNode* seconds = at(pod.spec, {"terminationGracePeriodSeconds"});
  if (seconds != nullptr && seconds->integer() == 0)
    hits.add(lines_of_member(*pod.spec, "terminationGracePeriodSeconds"),
             "the pod is killed at once");
}

void bare_pod(const Pod& pod, Hits& hits) {
  if (pod.object->kind == "Pod" &&
      items(at(pod.object->node, {"metadata", "ownerReferences"})).empty() &&
      text(at(pod.spec, {"restartPolicy"})) != "Never")
    hits.add(lines_of_member(*pod.object->node, "kind"), "no controller looks after the pod");
}

void metadata_service(const Pod& pod, Hits& hits) {
  for (const Container& container : containers_of(pod))
    for (const YamlNode& variable : items(container.node->find("env")))
      if (text(variable.find("value")).contains("169.254.169.254"))
        hits.add(lines_of(variable), "the metadata service of the cloud is asked");
}

constexpr std::array kChecks{
    PodCheck{"PQ-K8-030", runtime_socket},
    PodCheck{"PQ-K8-031", sensitive_host_path},
    PodCheck{"PQ-K8-032", writable_host_path},
    PodCheck{"PQ-K8-042", host_aliases},
    PodCheck{"PQ-K8-043", shared_processes},
    PodCheck{"PQ-K8-044", root_group},
    PodCheck{"PQ-K8-070", token},
    PodCheck{"PQ-K8-071", default_account},
    PodCheck{"PQ-K8-072", long_token},
    PodCheck{"PQ-K8-073", tolerates_everything},
    PodCheck{"PQ-K8-074", fixed_node},
    PodCheck{"PQ-K8-075", system_priority},
    PodCheck{"PQ-K8-076", unbounded_volume},
    PodCheck{"PQ-K8-077", old_account_field},
    PodCheck{"PQ-K8-078", no_grace},
    PodCheck{"PQ-K8-079", bare_pod},
    PodCheck{"PQ-K8-080", metadata_service},
};

} // namespace

std::span<const PodCheck> pod_checks() {
  return kChecks;
}

} // namespace portique::inspect::kubernetes
