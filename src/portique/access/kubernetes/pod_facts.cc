// Fields of a pod:
// https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.31/#podspec-v1-core
#include "portique/access/kubernetes/pod_facts.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "portique/access/docker/engine_id.h"
#include "portique/access/image_names.h"
#include "portique/base/text.h"

namespace portique::access::kubernetes {

namespace checks = inspect::kubernetes;
using inspect::at;
using inspect::is_false;
using inspect::is_set;
using inspect::is_true;
using inspect::items;
using inspect::members;
using inspect::text;
using inspect::YamlMember;
using inspect::YamlNode;

namespace {

using Role = checks::Container::Role;

/// As runtimes read it: in any case, with or without its prefix.
std::string capability(std::string_view name) {
  std::string upper = base::to_lower(name);
  for (char& c : upper)
    if (base::is_alpha(c)) c = static_cast<char>(c - 'a' + 'A');
  return upper.starts_with("CAP_") ? upper.substr(4) : upper;
}

/// Absolute, without "." and "..", empty components and a final slash.
std::string clean_path(std::string_view path) {
  std::vector<std::string_view> parts;
  for (const std::string_view part : base::split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..")
      parts.push_back(part);
    else if (!parts.empty())
      parts.pop_back();
  }
  std::string clean;
  for (const std::string_view part : parts)
    clean.append("/").append(part);
  return clean.empty() ? "/" : clean;
}

void add_once(std::vector<std::string>& list, std::string text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

/// A resource quantity that bounds something: "0" is no limit to any runtime.
bool is_limit(const YamlNode* quantity) {
  if (quantity == nullptr || !quantity->is_scalar()) return false;
  return std::ranges::any_of(quantity->text, [](char c) { return c >= '1' && c <= '9'; });
}

class Reader {
public:
  explicit Reader(const checks::Pod& pod)
      : pod_(&pod), pod_context_(at(pod.spec, {"securityContext"})) {
    for (const YamlNode& volume : items(at(pod.spec, {"volumes"})))
      volumes_.emplace(text(volume.find("name")), &volume);
  }

  WorkloadFacts read(const checks::Container& container) {
    facts_ = {};
    container_ = &container;
    context_ = container.node->find("securityContext");
    read_image();
    read_namespaces();
    read_rights();
    read_confinement();
    read_user();
    read_mounts();
    read_resources();
    read_ports();
    read_rest();
    return std::move(facts_);
  }

private:
  /// A setting of the container, else of its pod.
  [[nodiscard]] const YamlNode* effective(std::string_view name) const {
    const YamlNode* own = at(context_, {name});
    return is_set(own) ? own : at(pod_context_, {name});
  }

  void read_image() {
    const std::string_view image = text(container_->node->find("image"));
    if (!image.empty()) facts_.images.emplace_back(image);
    for (const auto& [name, volume] : volumes_) // image volumes bring an image, too
      if (const auto reference = text(at(volume, {"image", "reference"})); !reference.empty())
        add_once(facts_.images, std::string(reference));
  }

  void read_namespaces() {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kFlags{
        {{"hostNetwork", "network"},
         {"hostPID", "pid"},
         {"hostIPC", "ipc"},
         {"hostUsers", "user"}}};
    for (const auto& [field, name] : kFlags)
      if (is_true(at(pod_->spec, {field}))) facts_.host_namespaces.emplace_back(name);
    const std::string_view target = text(container_->node->find("targetContainerName"));
    if (!target.empty()) facts_.joined_containers.emplace_back(target);
  }

  void read_rights() {
    facts_.privileged = is_true(at(context_, {"privileged"})) ||
                        is_true(at(context_, {"windowsOptions", "hostProcess"})) ||
                        is_true(at(pod_context_, {"windowsOptions", "hostProcess"}));
    for (const YamlNode& added : items(at(context_, {"capabilities", "add"})))
      add_once(facts_.capabilities, capability(text(&added)));
    for (const YamlNode& dropped : items(at(context_, {"capabilities", "drop"})))
      add_once(facts_.dropped, capability(text(&dropped)));
    facts_.no_new_privileges =
        is_false(at(context_, {"allowPrivilegeEscalation"})) && !facts_.privileged;
  }

  void read_confinement() {
    const auto off = [&](std::string_view what) { add_once(facts_.unconfined, std::string(what)); };
    if (text(at(effective("seccompProfile"), {"type"})) == "Unconfined") off("seccomp");
    if (text(at(effective("appArmorProfile"), {"type"})) == "Unconfined") off("apparmor");
    if (text(at(effective("seLinuxOptions"), {"type"})) == "spc_t") off("selinux");
    const std::string_view proc = text(at(context_, {"procMount"}));
    if (!proc.empty() && proc != "Default") off("systempaths");
    const std::string own =
        fmt::format("container.apparmor.security.beta.kubernetes.io/{}", container_->name);
    for (const YamlMember& annotation : members(at(pod_->metadata, {"annotations"}))) {
      const std::string_view value = text(&annotation.value);
      if (annotation.key == own && value == "unconfined") off("apparmor");
      if (annotation.key.contains("seccomp.security.alpha.kubernetes.io/") && value == "unconfined")
        off("seccomp");
    }
    if (facts_.privileged)
      for (const std::string_view what : {"seccomp", "apparmor", "selinux", "systempaths"})
        off(what);
  }

  void read_user() {
    const YamlNode* user = effective("runAsUser");
    const YamlNode* group = effective("runAsGroup");
    const auto number = user == nullptr ? std::nullopt : user->integer();
    if (number) facts_.user = std::to_string(*number);
    if (number && group != nullptr && group->integer())
      facts_.user += ":" + std::to_string(*group->integer());
    facts_.root = number ? *number == 0 : !is_true(effective("runAsNonRoot"));
  }

  void read_mounts() {
    for (const YamlNode& mount : items(container_->node->find("volumeMounts")))
      read_mount(
          text(mount.find("name")), text(mount.find("subPath")), is_true(mount.find("readOnly")));
    for (const YamlNode& device : items(container_->node->find("volumeDevices"))) {
      const auto volume = volumes_.find(text(device.find("name")));
      const std::string_view claim =
          volume == volumes_.end()
              ? text(device.find("name"))
              : text(at(volume->second, {"persistentVolumeClaim", "claimName"}));
      add_once(facts_.devices, fmt::format("volume:{}", claim));
    }
  }

  void read_mount(std::string_view name, std::string_view below, bool read_only) {
    const auto found = volumes_.find(name);
    if (found == volumes_.end()) return;
    const YamlNode* host = at(found->second, {"hostPath"});
    if (!is_set(host)) {
      const std::string_view claim =
          text(at(found->second, {"persistentVolumeClaim", "claimName"}));
      if (!claim.empty()) add_once(facts_.volumes, std::string(claim));
      return;
    }
    std::string path = clean_path(text(host->find("path")));
    // What lies below may be a symbolic link that the container itself has put there: the volume is
    // named, too.
    facts_.engine_socket = facts_.engine_socket || leads_to_engine_socket(path);
    const std::string_view type = text(host->find("type"));
    if (type == "BlockDevice" || type == "CharDevice") add_once(facts_.devices, path);
    if (!below.empty()) {
      std::string deeper = clean_path(fmt::format("{}/{}", path, below));
      facts_.engine_socket = facts_.engine_socket || leads_to_engine_socket(deeper);
      add_path(std::move(deeper), read_only);
    }
    add_path(std::move(path), read_only);
  }

  void add_path(std::string path, bool read_only) {
    if (!read_only) add_once(facts_.writable_host_paths, path);
    add_once(facts_.host_paths, std::move(path));
  }

  void read_resources() {
    const YamlNode* own = at(container_->node, {"resources", "limits"});
    const YamlNode* pods = at(pod_->spec, {"resources", "limits"});
    facts_.memory_limited = is_limit(at(own, {"memory"})) || is_limit(at(pods, {"memory"}));
    facts_.cpu_limited = is_limit(at(own, {"cpu"})) || is_limit(at(pods, {"cpu"}));
    facts_.pids_limited = true;
    for (const YamlMember& limit : members(own)) // extended resources are devices of the node
      if (limit.key.contains('/') && is_limit(&limit.value)) add_once(facts_.devices, limit.key);
    for (const YamlNode& claim : items(at(container_->node, {"resources", "claims"})))
      add_once(facts_.devices, fmt::format("claim:{}", text(claim.find("name"))));
  }

  void read_ports() {
    const bool host_network = is_true(at(pod_->spec, {"hostNetwork"}));
    const auto port_of = [](const YamlNode* node) {
      const auto number = node == nullptr ? std::nullopt : node->integer();
      const bool fits =
          number && *number > 0 && *number <= std::numeric_limits<std::uint16_t>::max();
      return fits ? static_cast<std::uint16_t>(*number) : std::uint16_t{0};
    };
    for (const YamlNode& port : items(container_->node->find("ports"))) {
      PublishedPort published{.address = std::string(text(port.find("hostIP"))),
                              .host_port = port_of(port.find("hostPort")),
                              .container_port = port_of(port.find("containerPort")),
                              .protocol = base::to_lower(text(port.find("protocol")))};
      if (host_network && published.host_port == 0) published.host_port = published.container_port;
      if (published.host_port == 0) continue;
      if (published.protocol.empty()) published.protocol = "tcp";
      facts_.ports.push_back(std::move(published));
    }
  }

  void read_rest() {
    facts_.root_filesystem_read_only = is_true(at(context_, {"readOnlyRootFilesystem"}));
    facts_.runtime = text(at(pod_->spec, {"runtimeClassName"}));
    for (const YamlNode& setting : items(at(pod_context_, {"sysctls"})))
      facts_.sysctls.emplace_back(text(setting.find("name")), text(setting.find("value")));
    const std::string_view restart = text(at(pod_->spec, {"restartPolicy"}));
    if (restart == "Always") facts_.restart = "always";
    if (restart == "OnFailure") facts_.restart = "on-failure";
    for (const std::string_view list : {"command", "args"})
      for (const YamlNode& word : items(container_->node->find(list)))
        facts_.command.emplace_back(text(&word));
    for (const YamlNode& variable : items(container_->node->find("env")))
      facts_.environment.emplace_back(text(variable.find("name")));
  }

  const checks::Pod* pod_;
  const YamlNode* pod_context_;
  std::map<std::string_view, const YamlNode*> volumes_;
  const checks::Container* container_ = nullptr;
  const YamlNode* context_ = nullptr;
  WorkloadFacts facts_;
};

} // namespace

std::string_view role_name(Role role) {
  switch (role) {
  case Role::Main:
    return "container";
  case Role::Init:
    return "init container";
  case Role::Ephemeral:
    return "ephemeral container";
  }
  return "container";
}

std::string node_image_name(std::string_view written) {
  if (may_begin_id(written)) return fmt::format("sha256:{}", written);
  return full_image_name(written);
}

bool leads_to_engine_socket(std::string_view path) {
  constexpr std::array<std::string_view, 8> kSockets{"/run/docker.sock",
                                                     "/run/containerd/containerd.sock",
                                                     "/run/k3s/containerd/containerd.sock",
                                                     "/run/crio/crio.sock",
                                                     "/run/cri-dockerd.sock",
                                                     "/run/podman/podman.sock",
                                                     "/run/docker/containerd/containerd.sock",
                                                     "/run/portique/docker.sock"};
  std::string clean = clean_path(path);
  if (clean == "/" || clean == "/var") return true;
  if (clean == "/var/run" || clean.starts_with("/var/run/")) clean.erase(0, 4); // a link to /run
  // Below /proc/PID/root and the like is all of the host.
  if (clean == "/proc" || clean.starts_with("/proc/")) return true;
  const std::string folder = clean + "/";
  return std::ranges::any_of(kSockets, [&](std::string_view socket) {
    return socket == clean || socket.starts_with(folder);
  });
}

std::vector<PodContainer> containers_with_facts(const checks::Pod& pod) {
  std::vector<PodContainer> containers;
  Reader reader(pod);
  for (const checks::Container& container : containers_of(pod))
    containers.push_back({std::string(container.name), container.role, reader.read(container)});
  return containers;
}

} // namespace portique::access::kubernetes
