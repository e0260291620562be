#include "portique/access/docker/container_facts.h"

// HostConfig, swarm's ServiceSpec and the privileges of plugins:
// https://docs.docker.com/reference/api/engine/. The engine's own readings of security options and
// namespace modes are in daemon/ and api/types/container of github.com/moby/moby.

#include <algorithm>
#include <array>

#include "portique/access/docker/go_json.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace json = boost::json;
using base::Result;

namespace {

/// Of the paths that runtimes mask, those that every engine since 1.24 masks.
constexpr std::array<std::string_view, 4> kMasked{
    "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"};
constexpr std::array<std::string_view, 5> kReadOnly{
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};

bool flag_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

void add(std::vector<std::string>& list, std::string_view text) {
  if (std::ranges::count(list, text) == 0) list.emplace_back(text);
}

/// "CAP_SYS_ADMIN", "sys_admin" are "SYS_ADMIN".
std::string capability_name(std::string_view text) {
  std::string name;
  for (const char c : base::trim(text))
    name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name.starts_with("CAP_") ? name.substr(4) : name;
}

void add_capabilities(std::vector<std::string>& list, const json::array& names) {
  for (const json::value& name : names)
    add(list, capability_name(json_text(name)));
}

/// Whether a list that replaces a default one leaves any of it out. Without a list the default
/// holds.
bool weakens(const json::object& host,
             std::string_view name,
             std::span<const std::string_view> defaults) {
  const auto* list = base::json_array(host.if_contains(name));
  if (list == nullptr) return false;
  return std::ranges::any_of(defaults, [&](std::string_view path) {
    return std::ranges::none_of(*list, [&](const auto& item) { return json_text(item) == path; });
  });
}

bool refuses(std::string_view action) {
  return action == "SCMP_ACT_ERRNO" || action == "SCMP_ACT_KILL" || action == "SCMP_ACT_TRAP" ||
         action == "SCMP_ACT_KILL_PROCESS" || action == "SCMP_ACT_KILL_THREAD";
}

/// Of the calls that the engine's own profile refuses whatever a container's capabilities, those
/// that have led into kernels: https://docs.docker.com/engine/security/seccomp/.
constexpr std::array<std::string_view, 22> kDangerousCalls{"add_key",         "bpf",
                                                           "delete_module",   "finit_module",
                                                           "fsconfig",        "fsmount",
                                                           "fsopen",          "init_module",
                                                           "kexec_file_load", "kexec_load",
                                                           "keyctl",          "mount",
                                                           "move_mount",      "open_by_handle_at",
                                                           "open_tree",       "perf_event_open",
                                                           "pivot_root",      "request_key",
                                                           "setns",           "umount2",
                                                           "unshare",         "userfaultfd"};

/// A profile of one's own that lets everything through by default is none, and neither is one that
/// lets calls through which no default profile does. Conditions on capabilities ("includes") are
/// not counted: who has the capability may make the call anyway.
bool is_no_profile(std::string_view profile) {
  static const GoType kText{.kind = GoType::Kind::Text};
  static const GoType kTexts{.kind = GoType::Kind::List, .element = &kText};
  static constexpr std::array<GoMember, 1> kIncludeMembers{{{"caps", &kTexts}}};
  static const GoType kIncludes{.kind = GoType::Kind::Struct, .members = kIncludeMembers};
  static constexpr std::array<GoMember, 4> kCallMembers{
      {{"name", &kText}, {"names", &kTexts}, {"action", &kText}, {"includes", &kIncludes, true}}};
  static const GoType kCall{.kind = GoType::Kind::Struct, .members = kCallMembers};
  static const GoType kCalls{.kind = GoType::Kind::List, .element = &kCall};
  static constexpr std::array<GoMember, 2> kMembers{
      {{"defaultAction", &kText}, {"syscalls", &kCalls}}};
  static const GoType kProfile{.kind = GoType::Kind::Struct, .members = kMembers};
  const auto value = read_go_json(profile, kProfile);
  if (!value) return true;
  const json::object* members = base::json_object(&*value);
  if (!refuses(base::json_string(members, "defaultAction"))) return true;
  const auto is_dangerous = [](std::string_view call) {
    return std::ranges::find(kDangerousCalls, call) != kDangerousCalls.end();
  };
  for (const json::value& item : base::json_items(members, "syscalls")) {
    const json::object* call = item.if_object();
    if (refuses(base::json_string(call, "action"))) continue;
    if (!base::json_items(&base::json_fields(call, "includes"), "caps").empty()) continue;
    if (is_dangerous(base::json_string(call, "name"))) return true;
    for (const json::value& name : base::json_items(call, "names"))
      if (is_dangerous(json_text(name))) return true;
  }
  return false;
}

/// First and last port of "80", "8000-8010", "" (0, any free one).
std::pair<std::uint16_t, std::uint16_t> port_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = base::parse_int<std::uint16_t>(base::trim(text.substr(0, dash))).value_or(0);
  if (dash == std::string_view::npos) return {first, first};
  return {first, base::parse_int<std::uint16_t>(base::trim(text.substr(dash + 1))).value_or(first)};
}

} // namespace

std::vector<std::string> variable_names(const json::array& variables) {
  std::vector<std::string> out;
  for (const json::value& variable : variables) {
    const std::string_view text = json_text(variable);
    out.emplace_back(text.substr(0, text.find('=')));
  }
  return out;
}

std::string restart_name(std::string_view policy) {
  return policy == "no" || policy == "none" ? std::string() : std::string(policy);
}

void set_privileged(WorkloadFacts& facts) {
  facts.privileged = true;
  add(facts.capabilities, "ALL");
  for (const std::string_view what : {"seccomp", "apparmor", "selinux", "systempaths"})
    add(facts.unconfined, what);
}

// --- containers
// -------------------------------------------------------------------------------------

Result<void> ContainerReader::user(std::string_view name, std::string_view image) {
  facts_->user = name;
  if (name.empty() && !image.empty())
    if (const auto known = PQ_TRY(view_->image(image))) facts_->user = known->user;
  facts_->root = is_root_user(facts_->user);
  return {};
}

Result<void> ContainerReader::configuration(const json::object& config) {
  const std::string_view image = base::json_string(&config, "Image");
  if (!image.empty()) add(facts_->images, image);
  for (const std::string_view member : {"Entrypoint", "Cmd"})
    for (const json::value& word : base::json_items(&config, member))
      facts_->command.emplace_back(json_text(word));
  facts_->environment = variable_names(base::json_items(&config, "Env"));
  // Places in the container for Docker; podman takes a pair for a bind mount.
  for (const auto& volume : base::json_fields(&config, "Volumes"))
    PQ_TRY(mounts_.bind(volume.key()));
  return user(base::json_string(&config, "User"), image);
}

void ContainerReader::namespace_mode(std::string_view kind, std::string_view mode) {
  if (base::equals_ignore_case(mode, "host")) add(facts_->host_namespaces, kind);
  const std::size_t colon = mode.find(':');
  if (colon == std::string_view::npos) return;
  if (base::equals_ignore_case(mode.substr(0, colon), "container"))
    add(facts_->joined_containers, mode.substr(colon + 1));
  else // podman's: "ns:/proc/1/ns/net", "slirp4netns:allow_host_loopback=true"
    add(facts_->host_namespaces, kind);
}

Result<void> ContainerReader::network(std::string_view name) {
  if (name.empty() || name == "default") return {};
  namespace_mode("network", name);
  add(facts_->networks, name);
  if (name == "host" || name == "none" || name == "bridge") return {};
  // The host's network goes by its id too.
  const auto known = PQ_TRY(view_->network(name));
  if (known && known->driver == "host") add(facts_->host_namespaces, "network");
  return {};
}

Result<void> ContainerReader::network_mode(std::string_view mode) {
  if (mode.find(':') == std::string_view::npos) return network(mode);
  namespace_mode("network", mode);
  return {};
}

Result<void> ContainerReader::endpoints(const json::object& networking) {
  for (const auto& endpoint : base::json_fields(&networking, "EndpointsConfig")) {
    PQ_TRY(network(endpoint.key()));
    PQ_TRY(network(base::json_string(endpoint.value().if_object(), "NetworkID")));
    this->endpoint(endpoint.value().if_object());
  }
  return {};
}

void ContainerReader::endpoint(const json::object* settings) {
  for (const json::value& link : base::json_items(settings, "Links"))
    this->link(json_text(link));
}

/// "db:alias", "/db:/web/alias"; on the default network the engine hands over the other container's
/// environment with it.
void ContainerReader::link(std::string_view text) {
  std::string_view name = text.substr(0, text.find(':'));
  if (name.starts_with('/')) name.remove_prefix(1);
  if (!name.empty()) add(facts_->joined_containers, name);
}

Result<void> ContainerReader::mounts(const json::object& host) {
  for (const json::value& bind : base::json_items(&host, "Binds"))
    PQ_TRY(mounts_.bind(json_text(bind)));
  for (const json::value& mount : base::json_items(&host, "Mounts"))
    if (const auto* object = mount.if_object()) PQ_TRY(mounts_.mount(*object));
  for (const json::value& container : base::json_items(&host, "VolumesFrom"))
    PQ_TRY(mounts_.volumes_from(json_text(container)));
  return {};
}

void ContainerReader::security_option(std::string_view option) {
  const std::size_t mark =
      option.find('=') != std::string_view::npos ? option.find('=') : option.find(':');
  const std::string_view name = option.substr(0, mark);
  const std::string_view value =
      mark == std::string_view::npos ? std::string_view() : option.substr(mark + 1);
  if (name == "no-new-privileges") {
    facts_->no_new_privileges = value.empty() || value == "true" || value == "1";
  } else if (name == "seccomp") {
    // podman takes anything else for the path of a profile on the host.
    const bool is_default = value.empty() || value == "builtin" || value == "default";
    const bool is_profile = value.starts_with('{') && !is_no_profile(value);
    if (!is_default && !is_profile) add(facts_->unconfined, "seccomp");
  } else if (name == "apparmor") {
    if (value == "unconfined") add(facts_->unconfined, "apparmor");
  } else if (name == "systempaths") {
    add(facts_->unconfined, "systempaths");
  } else if (name == "disable" ||
             (name == "label" && (value == "disable" || value.ends_with("spc_t") ||
                                  value.ends_with("unconfined_t")))) {
    add(facts_->unconfined, "selinux");
  } else if (name != "label") {
    add(facts_->unconfined, name); // one that later engines know: "writable-cgroups"
  }
}

void ContainerReader::security(const json::object& host) {
  for (const std::string_view member : {"CapAdd", "Capabilities"})
    add_capabilities(facts_->capabilities, base::json_items(&host, member));
  add_capabilities(facts_->dropped, base::json_items(&host, "CapDrop"));
  for (const json::value& option : base::json_items(&host, "SecurityOpt"))
    security_option(json_text(option));
  if (weakens(host, "MaskedPaths", kMasked) || weakens(host, "ReadonlyPaths", kReadOnly))
    add(facts_->unconfined, "systempaths");
  if (flag_of(host, "Privileged")) set_privileged(*facts_);
  facts_->root_filesystem_read_only = flag_of(host, "ReadonlyRootfs");
}

void ContainerReader::ports(const json::object& bindings) {
  for (const auto& [key, value] : bindings) {
    const std::string_view name = key;
    const std::size_t slash = name.find('/');
    const auto [first, last] = port_range(name.substr(0, slash));
    PublishedPort port{.container_port = first, .protocol = "tcp"};
    if (slash != std::string_view::npos) port.protocol = base::to_lower(name.substr(slash + 1));
    const auto* list = value.if_array();
    if (list == nullptr) continue;
    // An empty list publishes the port at any address and a free port.
    const json::array anywhere{json::object{}};
    for (const json::value& binding : list->empty() ? anywhere : *list) {
      const auto* object = binding.if_object();
      port.address = base::json_string(object, "HostIp");
      const auto host = port_range(base::json_string(object, "HostPort"));
      port.container_port = first;
      port.host_port = host.first;
      facts_->ports.push_back(port);
      if (host.first == host.second && first == last) continue;
      port.container_port = last;
      port.host_port = host.second;
      facts_->ports.push_back(port);
    }
  }
}

void ContainerReader::devices(const json::object& resources) {
  for (const json::value& device : base::json_items(&resources, "Devices")) {
    const std::string_view path = base::json_string(device.if_object(), "PathOnHost");
    // Not "/dev/fd" and the like: what is named is a device, whatever links lead there.
    if (!path.empty()) add(facts_->devices, resolve_host_path(path, mounts_.sight()));
  }
  for (const json::value& rule : base::json_items(&resources, "DeviceCgroupRules"))
    add(facts_->device_rules, json_text(rule));
  for (const json::value& item : base::json_items(&resources, "DeviceRequests")) {
    const auto* request = item.if_object();
    const std::string driver(base::json_string(request, "Driver"));
    if (driver == "cdi")
      for (const json::value& id : base::json_items(request, "DeviceIDs"))
        add(facts_->devices, "cdi:" + std::string(json_text(id)));
    for (const json::value& all : base::json_items(request, "Capabilities"))
      if (const auto* names = all.if_array())
        for (const json::value& name : *names)
          add(facts_->devices, std::string(json_text(name)) + (driver.empty() ? "" : ":" + driver));
    if (driver != "cdi" && base::json_items(request, "Capabilities").empty())
      add(facts_->devices, "request:" + driver);
  }
}

void ContainerReader::resources(const json::object& resources) {
  const auto positive = [&](std::string_view name) {
    return base::json_integer(&resources, name).value_or(0) > 0;
  };
  facts_->memory_limited = positive("Memory");
  facts_->cpu_limited = positive("NanoCpus") || positive("CpuQuota");
  facts_->pids_limited = positive("PidsLimit");
  facts_->cgroup_parent = base::json_string(&resources, "CgroupParent");
  devices(resources);
}

Result<void> ContainerReader::host_configuration(const json::object& host) {
  PQ_TRY(mounts(host));
  for (const json::value& other : base::json_items(&host, "Links"))
    link(json_text(other));
  PQ_TRY(network_mode(base::json_string(&host, "NetworkMode")));
  namespace_mode("pid", base::json_string(&host, "PidMode"));
  namespace_mode("ipc", base::json_string(&host, "IpcMode"));
  namespace_mode("uts", base::json_string(&host, "UTSMode"));
  namespace_mode("user", base::json_string(&host, "UsernsMode"));
  namespace_mode("cgroup", base::json_string(&host, "CgroupnsMode"));
  namespace_mode("cgroup", base::json_string(&host, "Cgroup"));
  security(host);
  resources(host);
  ports(base::json_fields(&host, "PortBindings"));
  facts_->publishes_all = flag_of(host, "PublishAllPorts");
  facts_->runtime = base::json_string(&host, "Runtime");
  for (const auto& [name, value] : base::json_fields(&host, "Sysctls"))
    facts_->sysctls.emplace_back(name, json_text(value));
  for (const auto& annotation : base::json_fields(&host, "Annotations"))
    facts_->annotations.emplace_back(annotation.key());
  facts_->restart =
      restart_name(base::json_string(&base::json_fields(&host, "RestartPolicy"), "Name"));
  return {};
}

// --- services
// ---------------------------------------------------------------------------------------

void ContainerReader::service_privileges(const json::object& privileges) {
  facts_->no_new_privileges = flag_of(privileges, "NoNewPrivileges");
  if (flag_of(base::json_fields(&privileges, "SELinuxContext"), "Disable"))
    add(facts_->unconfined, "selinux");
  const std::string_view seccomp =
      base::json_string(&base::json_fields(&privileges, "Seccomp"), "Mode");
  if (seccomp == "unconfined" || seccomp == "custom") add(facts_->unconfined, "seccomp");
  if (base::json_string(&base::json_fields(&privileges, "AppArmor"), "Mode") == "disabled")
    add(facts_->unconfined, "apparmor");
}

Result<void> ContainerReader::container_spec(const json::object& spec) {
  const std::string_view image = base::json_string(&spec, "Image");
  if (!image.empty()) add(facts_->images, image);
  for (const std::string_view member : {"Command", "Args"})
    for (const json::value& word : base::json_items(&spec, member))
      facts_->command.emplace_back(json_text(word));
  facts_->environment = variable_names(base::json_items(&spec, "Env"));
  for (const json::value& mount : base::json_items(&spec, "Mounts"))
    if (const auto* object = mount.if_object()) PQ_TRY(mounts_.mount(*object));
  service_privileges(base::json_fields(&spec, "Privileges"));
  for (const std::string_view member : {"CapabilityAdd", "Capabilities"})
    add_capabilities(facts_->capabilities, base::json_items(&spec, member));
  add_capabilities(facts_->dropped, base::json_items(&spec, "CapabilityDrop"));
  for (const auto& [name, value] : base::json_fields(&spec, "Sysctls"))
    facts_->sysctls.emplace_back(name, json_text(value));
  facts_->root_filesystem_read_only = flag_of(spec, "ReadOnly");
  return user(base::json_string(&spec, "User"), image);
}

void ContainerReader::service_ports(const json::object& endpoint) {
  for (const json::value& item : base::json_items(&endpoint, "Ports")) {
    const auto* port = item.if_object();
    const auto number = [&](std::string_view name) {
      return static_cast<std::uint16_t>(base::json_integer(port, name).value_or(0));
    };
    const std::string_view protocol = base::json_string(port, "Protocol");
    facts_->ports.push_back({.host_port = number("PublishedPort"),
                             .container_port = number("TargetPort"),
                             .protocol = protocol.empty() ? "tcp" : std::string(protocol)});
  }
}

Result<void> ContainerReader::service(const json::object& spec) {
  const json::object& task = base::json_fields(&spec, "TaskTemplate");
  if (task.contains("ContainerSpec"))
    PQ_TRY(container_spec(base::json_fields(&task, "ContainerSpec")));
  if (task.contains("PluginSpec")) {
    const json::object& own = base::json_fields(&task, "PluginSpec");
    plugin(base::json_string(&own, "remote"), base::json_items(&own, "privileges"));
  }
  const std::string_view attached =
      base::json_string(&base::json_fields(&task, "NetworkAttachmentSpec"), "ContainerID");
  if (!attached.empty()) add(facts_->joined_containers, attached);
  for (const json::object* holder : {&spec, &task})
    for (const json::value& item : base::json_items(holder, "Networks"))
      PQ_TRY(network(base::json_string(item.if_object(), "Target")));
  const json::object& limits = base::json_fields(&base::json_fields(&task, "Resources"), "Limits");
  facts_->memory_limited = base::json_integer(&limits, "MemoryBytes").value_or(0) > 0;
  facts_->cpu_limited = base::json_integer(&limits, "NanoCPUs").value_or(0) > 0;
  facts_->pids_limited = base::json_integer(&limits, "Pids").value_or(0) > 0;
  service_ports(base::json_fields(&spec, "EndpointSpec"));
  facts_->restart =
      restart_name(base::json_string(&base::json_fields(&task, "RestartPolicy"), "Condition"));
  return {};
}

// --- plugins
// ----------------------------------------------------------------------------------------

void ContainerReader::plugin_privilege(std::string_view name, std::string_view value) {
  if (name == "network") {
    add(facts_->networks, value);
    namespace_mode("network", value);
  } else if (name == "host ipc namespace") {
    if (value == "true") add(facts_->host_namespaces, "ipc");
  } else if (name == "host pid namespace") {
    if (value == "true") add(facts_->host_namespaces, "pid");
  } else if (name == "mount") {
    mounts_.host_path(value, true);
  } else if (name == "device") {
    add(facts_->devices, resolve_host_path(value, mounts_.sight()));
  } else if (name == "allow-all-devices") {
    if (value == "true") add(facts_->device_rules, "a *:* rwm");
  } else if (name == "capabilities") {
    add(facts_->capabilities, capability_name(value));
  } else {
    add(facts_->entitlements, name); // one that later engines know
  }
}

void ContainerReader::plugin(std::string_view remote, const json::array& privileges) {
  if (!remote.empty()) add(facts_->images, remote);
  facts_->root = true;
  for (const json::value& item : privileges) {
    const auto* privilege = item.if_object();
    // Within a service the members have small letters.
    const bool small = base::json_member(privilege, "name") != nullptr;
    const std::string_view name = base::json_string(privilege, small ? "name" : "Name");
    for (const json::value& value : base::json_items(privilege, small ? "value" : "Value"))
      plugin_privilege(name, json_text(value));
  }
}

} // namespace portique::access
