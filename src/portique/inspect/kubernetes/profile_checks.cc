// The Pod Security Standards, baseline and restricted, for Linux and Windows pods:
// https://kubernetes.io/docs/concepts/security/pod-security-standards/
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "portique/inspect/kubernetes/check_kubernetes.h"

namespace portique::inspect::kubernetes {

namespace {

const YamlNode* security(const Container& container) {
  return container.node->find("securityContext");
}

/// A setting of the container, else of its pod.
const YamlNode* effective(const Container& container, std::string_view name) {
  const YamlNode* own = at(security(container), {name});
  if (is_set(own)) return own;
  return at(container.pod->spec, {"securityContext", name});
}

/// Where a setting of the container's security context stands, or the container.
model::LineRange place(const Container& container, std::string_view name) {
  const YamlMember* found = member(security(container), name);
  return found != nullptr ? lines_of(*found) : lines_of(*container.node);
}

std::string named(const Container& container, std::string_view what) {
  return fmt::format("container {} {}", container.name, what);
}

// --- baseline -------------------------------------------------------------------------------

void privileged(const Container& container, Hits& hits) {
  if (is_true(at(security(container), {"privileged"})))
    hits.add(place(container, "privileged"), named(container, "is privileged"));
}

void host_process(const Container& container, Hits& hits) {
  if (is_true(at(security(container), {"windowsOptions", "hostProcess"})))
    hits.add(place(container, "windowsOptions"), named(container, "is a process of the host"));
}

void host_process_pod(const Pod& pod, Hits& hits) {
  const YamlNode* context = at(pod.spec, {"securityContext"});
  if (is_true(at(context, {"windowsOptions", "hostProcess"})))
    hits.add(lines_of_member(*context, "windowsOptions"), "the pod runs as processes of the host");
}

void host_flag(const Pod& pod, Hits& hits, std::string_view name) {
  if (is_true(at(pod.spec, {name})))
    hits.add(lines_of_member(*pod.spec, name), fmt::format("{} is true", name));
}

void host_network(const Pod& pod, Hits& hits) {
  host_flag(pod, hits, "hostNetwork");
}

void host_pid(const Pod& pod, Hits& hits) {
  host_flag(pod, hits, "hostPID");
}

void host_ipc(const Pod& pod, Hits& hits) {
  host_flag(pod, hits, "hostIPC");
}

/// "CAP_NET_RAW" and "NET_RAW" are one.
std::string_view capability(const YamlNode& node) {
  std::string_view name = text(&node);
  if (name.starts_with("CAP_")) name.remove_prefix(4);
  return name;
}

constexpr std::array<std::string_view, 13> kBaseline{"AUDIT_WRITE",
                                                     "CHOWN",
                                                     "DAC_OVERRIDE",
                                                     "FOWNER",
                                                     "FSETID",
                                                     "KILL",
                                                     "MKNOD",
                                                     "NET_BIND_SERVICE",
                                                     "SETFCAP",
                                                     "SETGID",
                                                     "SETPCAP",
                                                     "SETUID",
                                                     "SYS_CHROOT"};

void capabilities(const Container& container, Hits& hits) {
  if (container.pod->windows) return;
  for (const YamlNode& added : items(at(security(container), {"capabilities", "add"})))
    if (std::ranges::find(kBaseline, capability(added)) == kBaseline.end())
      hits.add(lines_of(added), named(container, fmt::format("may {}", capability(added))));
}

void host_path(const Pod& pod, Hits& hits) {
  for (const YamlNode& volume : items(at(pod.spec, {"volumes"})))
    if (is_set(volume.find("hostPath")))
      hits.add(lines_of(volume),
               fmt::format("volume {} is the host's {}",
                           text(volume.find("name")),
                           text(at(&volume, {"hostPath", "path"}))));
}

void host_port(const Container& container, Hits& hits) {
  for (const YamlNode& port : items(container.node->find("ports"))) {
    const YamlNode* number = port.find("hostPort");
    if (number != nullptr && number->integer().value_or(0) != 0)
      hits.add(lines_of_member(port, "hostPort"),
               named(container, fmt::format("takes port {} of the host", number->text)));
  }
}

void probe_host(const Container& container, Hits& hits) {
  const auto check = [&](const YamlNode* handler) {
    for (const std::string_view kind : {"httpGet", "tcpSocket"}) {
      const YamlNode* request = at(handler, {kind});
      if (!text(at(request, {"host"})).empty())
        hits.add(lines_of_member(*request, "host"),
                 named(container, "has the node ask another address than the pod's"));
    }
  };
  for (const std::string_view probe : {"livenessProbe", "readinessProbe", "startupProbe"})
    check(container.node->find(probe));
  for (const std::string_view hook : {"postStart", "preStop"})
    check(at(container.node, {"lifecycle", hook}));
}

constexpr std::string_view kAppArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

void app_armor(const Pod& pod, Hits& hits) {
  for (const YamlMember& annotation : members(at(pod.metadata, {"annotations"}))) {
    const std::string_view value = text(&annotation.value);
    if (annotation.key.starts_with(kAppArmorAnnotation) && !value.empty() &&
        value != "runtime/default" && !value.starts_with("localhost/"))
      hits.add(lines_of(annotation), fmt::format("the AppArmor profile is {}", value));
  }
  const auto check = [&](const YamlNode* context) {
    if (text(at(context, {"appArmorProfile", "type"})) == "Unconfined")
      hits.add(lines_of_member(*context, "appArmorProfile"), "the AppArmor profile is Unconfined");
  };
  check(at(pod.spec, {"securityContext"}));
  for (const Container& container : containers_of(pod))
    check(security(container));
}

void selinux(const Pod& pod, Hits& hits) {
  constexpr std::array<std::string_view, 5> kTypes{
      "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"};
  const auto check = [&](const YamlNode* context) {
    const YamlNode* options = at(context, {"seLinuxOptions"});
    if (!is_set(options)) return;
    const std::string_view type = text(options->find("type"));
    if (std::ranges::find(kTypes, type) == kTypes.end() || !text(options->find("user")).empty() ||
        !text(options->find("role")).empty())
      hits.add(lines_of_member(*context, "seLinuxOptions"),
               "the SELinux label is chosen by the pod");
  };
  check(at(pod.spec, {"securityContext"}));
  for (const Container& container : containers_of(pod))
    check(security(container));
}

void proc_mount(const Container& container, Hits& hits) {
  const std::string_view kind = text(at(security(container), {"procMount"}));
  if (!kind.empty() && kind != "Default")
    hits.add(place(container, "procMount"), named(container, "sees all of /proc"));
}

void seccomp_unconfined(const Pod& pod, Hits& hits) {
  const auto check = [&](const YamlNode* context) {
    if (text(at(context, {"seccompProfile", "type"})) == "Unconfined")
      hits.add(lines_of_member(*context, "seccompProfile"), "system calls are not filtered");
  };
  check(at(pod.spec, {"securityContext"}));
  for (const Container& container : containers_of(pod))
    check(security(container));
  for (const YamlMember& annotation : members(at(pod.metadata, {"annotations"})))
    if (annotation.key.contains("seccomp.security.alpha.kubernetes.io/") &&
        text(&annotation.value) == "unconfined")
      hits.add(lines_of(annotation), "system calls are not filtered");
}

void sysctls(const Pod& pod, Hits& hits) {
  constexpr std::array<std::string_view, 11> kSafe{"kernel.shm_rmid_forced",
                                                   "net.ipv4.ip_local_port_range",
                                                   "net.ipv4.ip_unprivileged_port_start",
                                                   "net.ipv4.tcp_syncookies",
                                                   "net.ipv4.ping_group_range",
                                                   "net.ipv4.ip_local_reserved_ports",
                                                   "net.ipv4.tcp_keepalive_time",
                                                   "net.ipv4.tcp_fin_timeout",
                                                   "net.ipv4.tcp_keepalive_intvl",
                                                   "net.ipv4.tcp_keepalive_probes",
                                                   "net.ipv4.tcp_rmem"};
  for (const YamlNode& setting : items(at(pod.spec, {"securityContext", "sysctls"}))) {
    const std::string_view name = text(setting.find("name"));
    if (std::ranges::find(kSafe, name) == kSafe.end() && name != "net.ipv4.tcp_wmem")
      hits.add(lines_of(setting), fmt::format("{} is not one of the safe settings", name));
  }
}

// --- restricted -----------------------------------------------------------------------------

void volume_types(const Pod& pod, Hits& hits) {
  constexpr std::array<std::string_view, 9> kAllowed{"configMap",
                                                     "csi",
                                                     "downwardAPI",
                                                     "emptyDir",
                                                     "ephemeral",
                                                     "image",
                                                     "persistentVolumeClaim",
                                                     "projected",
                                                     "secret"};
  for (const YamlNode& volume : items(at(pod.spec, {"volumes"})))
    for (const YamlMember& source : members(&volume))
      if (source.key != "name" && source.key != "hostPath" && is_set(&source.value) &&
          std::ranges::find(kAllowed, source.key) == kAllowed.end())
        hits.add(lines_of(volume),
                 fmt::format("volume {} is of the type {}", text(volume.find("name")), source.key));
}

void privilege_escalation(const Container& container, Hits& hits) {
  if (!container.pod->windows && !is_false(at(security(container), {"allowPrivilegeEscalation"})))
    hits.add(place(container, "allowPrivilegeEscalation"),
             named(container, "may gain rights by set-user-id programs"));
}

void run_as_non_root(const Container& container, Hits& hits) {
  if (!is_true(effective(container, "runAsNonRoot")))
    hits.add(place(container, "runAsNonRoot"), named(container, "may run as root"));
}

void run_as_root(const Pod& pod, Hits& hits) {
  const auto check = [&](const YamlNode* context) {
    const YamlNode* user = at(context, {"runAsUser"});
    if (user != nullptr && user->integer() == 0)
      hits.add(lines_of_member(*context, "runAsUser"), "the user is root");
  };
  check(at(pod.spec, {"securityContext"}));
  for (const Container& container : containers_of(pod))
    check(security(container));
}

void seccomp_unset(const Container& container, Hits& hits) {
  if (container.pod->windows) return;
  const std::string_view type = text(at(effective(container, "seccompProfile"), {"type"}));
  if (type == "RuntimeDefault" || type == "Localhost" || type == "Unconfined") return;
  // Annotations have no effect since Kubernetes 1.27.
  hits.add(lines_of(*container.node), named(container, "has no seccomp profile"));
}

void drop_all(const Container& container, Hits& hits) {
  if (container.pod->windows) return;
  const auto dropped = items(at(security(container), {"capabilities", "drop"}));
  const bool all =
      std::ranges::any_of(dropped, [](const YamlNode& each) { return capability(each) == "ALL"; });
  if (!all) hits.add(place(container, "capabilities"), named(container, "keeps capabilities"));
}

void only_bind_service(const Container& container, Hits& hits) {
  if (container.pod->windows) return;
  for (const YamlNode& added : items(at(security(container), {"capabilities", "add"}))) {
    const std::string_view name = capability(added);
    if (name != "NET_BIND_SERVICE" && std::ranges::find(kBaseline, name) != kBaseline.end())
      hits.add(lines_of(added), named(container, fmt::format("may {}", name)));
  }
}

constexpr std::array kContainerChecks{
    ContainerCheck{"PQ-K8-001", privileged},
    ContainerCheck{"PQ-K8-005", host_process},
    ContainerCheck{"PQ-K8-007", capabilities},
    ContainerCheck{"PQ-K8-009", host_port},
    ContainerCheck{"PQ-K8-010", probe_host},
    ContainerCheck{"PQ-K8-013", proc_mount},
    ContainerCheck{"PQ-K8-021", privilege_escalation},
    ContainerCheck{"PQ-K8-022", run_as_non_root},
    ContainerCheck{"PQ-K8-024", seccomp_unset},
    ContainerCheck{"PQ-K8-025", drop_all},
    ContainerCheck{"PQ-K8-026", only_bind_service},
};

constexpr std::array kPodChecks{
    PodCheck{"PQ-K8-002", host_network},
    PodCheck{"PQ-K8-003", host_pid},
    PodCheck{"PQ-K8-004", host_ipc},
    PodCheck{"PQ-K8-006", host_process_pod},
    PodCheck{"PQ-K8-008", host_path},
    PodCheck{"PQ-K8-011", app_armor},
    PodCheck{"PQ-K8-012", selinux},
    PodCheck{"PQ-K8-014", seccomp_unconfined},
    PodCheck{"PQ-K8-015", sysctls},
    PodCheck{"PQ-K8-020", volume_types},
    PodCheck{"PQ-K8-023", run_as_root},
};

} // namespace

std::span<const ContainerCheck> profile_container_checks() {
  return kContainerChecks;
}

std::span<const PodCheck> profile_pod_checks() {
  return kPodChecks;
}

} // namespace portique::inspect::kubernetes
