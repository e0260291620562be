// Checks of Compose services and of the file around them.
#include "portique/inspect/compose/check_compose.h"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inspect/config_files/image_reference.h"
#include "portique/inspect/config_files/secret_names.h"

namespace portique::inspect::compose {

namespace {

struct ServiceCheck {
  std::string_view id;
  void (*run)(const Service& service, Hits& hits);
  bool about_absence = false; ///< senseless for override files
};

struct ProjectCheck {
  std::string_view id;
  void (*run)(const Project& project, Hits& hits);
};

const YamlNode* get(const Service& service, std::string_view name) {
  return service.node.find(name);
}

/// Where a setting stands, or the first line of the service.
model::LineRange place(const Service& service, std::string_view name) {
  const YamlMember* found = member(&service.node, name);
  if (found == nullptr) return {service.lines.first, service.lines.first};
  return lines_of(*found);
}

std::string named(const Service& service, std::string_view what) {
  return fmt::format("service {} {}", service.name, what);
}

bool truth(const YamlNode* node) {
  return is_true(node) || text(node) == "true";
}

void privileged(const Service& service, Hits& hits) {
  if (truth(get(service, "privileged")))
    hits.add(place(service, "privileged"), named(service, "is privileged"));
}

void capabilities(const Service& service, Hits& hits) {
  constexpr std::array<std::string_view, 13> kDangerous{"ALL",
                                                        "SYS_ADMIN",
                                                        "SYS_MODULE",
                                                        "SYS_PTRACE",
                                                        "SYS_RAWIO",
                                                        "SYS_BOOT",
                                                        "SYS_TIME",
                                                        "NET_ADMIN",
                                                        "NET_RAW",
                                                        "DAC_READ_SEARCH",
                                                        "BPF",
                                                        "PERFMON",
                                                        "SYSLOG"};
  for (const YamlNode& added : items(get(service, "cap_add"))) {
    std::string_view name = text(&added);
    if (name.starts_with("CAP_")) name.remove_prefix(4);
    if (std::ranges::find(kDangerous, name) != kDangerous.end())
      hits.add(lines_of(added), named(service, fmt::format("gets {}", name)));
  }
}

/// A mount in its short or long form.
struct Mount {
  std::string_view source;
  std::string_view target;
  bool read_only = false;
  bool bind = false; ///< a path of the host
  std::string_view propagation;
  model::LineRange lines;
};

std::vector<Mount> mounts(const Service& service) {
  std::vector<Mount> mounts;
  for (const YamlNode& volume : items(get(service, "volumes"))) {
    Mount mount{.lines = lines_of(volume)};
    if (volume.is_mapping()) {
      mount.source = text(volume.find("source"));
      mount.target = text(volume.find("target"));
      mount.read_only = truth(volume.find("read_only"));
      mount.bind = text(volume.find("type")) == "bind";
      mount.propagation = text(at(&volume, {"bind", "propagation"}));
    } else {
      const auto parts = base::split(text(&volume), ':');
      if (parts.size() < 2) continue;
      mount.source = parts[0];
      mount.target = parts[1];
      mount.bind = mount.source.starts_with('/') || mount.source.starts_with('.') ||
                   mount.source.starts_with('~');
      for (const std::string_view option :
           parts.size() > 2 ? base::split(parts[2], ',') : std::vector<std::string_view>{}) {
        if (option == "ro") mount.read_only = true;
        if (option == "shared" || option == "rshared") mount.propagation = option;
      }
    }
    mounts.push_back(mount);
  }
  return mounts;
}

bool is_socket(std::string_view path) {
  return path.ends_with("docker.sock") || path.ends_with("containerd.sock") ||
         path.ends_with("podman.sock");
}

void engine_socket(const Service& service, Hits& hits) {
  for (const Mount& mount : mounts(service))
    if (is_socket(mount.source))
      hits.add(mount.lines, named(service, fmt::format("gets {}", mount.source)));
}

void sensitive_mount(const Service& service, Hits& hits) {
  constexpr std::array<std::string_view, 15> kPaths{"/",
                                                    "/etc",
                                                    "/proc",
                                                    "/sys",
                                                    "/dev",
                                                    "/root",
                                                    "/boot",
                                                    "/home",
                                                    "/usr",
                                                    "/var",
                                                    "/run",
                                                    "/lib",
                                                    "/bin",
                                                    "/sbin",
                                                    "/var/lib/docker"};
  for (const Mount& mount : mounts(service)) {
    std::string_view path = mount.source;
    while (path.size() > 1 && path.ends_with('/'))
      path.remove_suffix(1);
    if (std::ranges::find(kPaths, path) != kPaths.end() || path == "/var/run" ||
        path.starts_with("/root/") || path.ends_with("/.ssh") || path.ends_with("/.aws"))
      hits.add(mount.lines, named(service, fmt::format("gets {} of the host", path)));
  }
}

void writable_mount(const Service& service, Hits& hits) {
  for (const Mount& mount : mounts(service))
    if (mount.bind && !mount.read_only && !is_socket(mount.source))
      hits.add(mount.lines, named(service, fmt::format("may write to {}", mount.source)));
}

void shared_mount(const Service& service, Hits& hits) {
  for (const Mount& mount : mounts(service))
    if (mount.propagation == "shared" || mount.propagation == "rshared")
      hits.add(mount.lines, named(service, "mounts file systems into the host"));
}

void host_value(const Service& service, Hits& hits, std::string_view name, std::string_view what) {
  if (text(get(service, name)) == "host") hits.add(place(service, name), named(service, what));
}

void host_network(const Service& service, Hits& hits) {
  host_value(service, hits, "network_mode", "uses the network of the host");
}

void host_pid(const Service& service, Hits& hits) {
  host_value(service, hits, "pid", "sees the processes of the host");
}

void host_ipc(const Service& service, Hits& hits) {
  host_value(service, hits, "ipc", "shares memory with the host");
}

void host_users(const Service& service, Hits& hits) {
  host_value(service, hits, "userns_mode", "has the users of the host");
}

void host_uts(const Service& service, Hits& hits) {
  host_value(service, hits, "uts", "may change the name of the host");
}

void host_cgroup(const Service& service, Hits& hits) {
  host_value(service, hits, "cgroup", "sees the control groups of the host");
}

void unconfined(const Service& service, Hits& hits) {
  for (const YamlNode& option : items(get(service, "security_opt"))) {
    const std::string_view value = text(&option);
    if (value.ends_with("unconfined") || value == "label:disable" || value == "label=disable")
      hits.add(lines_of(option), named(service, fmt::format("is set to {}", value)));
  }
}

void devices(const Service& service, Hits& hits) {
  for (const YamlNode& device : items(get(service, "devices")))
    hits.add(lines_of(device),
             named(service,
                   fmt::format("gets {}",
                               device.is_mapping() ? text(device.find("source")) : text(&device))));
}

void device_rules(const Service& service, Hits& hits) {
  if (!items(get(service, "device_cgroup_rules")).empty())
    hits.add(place(service, "device_cgroup_rules"), named(service, "may use more devices"));
}

void no_memory_limit(const Service& service, Hits& hits) {
  if (!is_set(get(service, "mem_limit")) &&
      !is_set(at(&service.node, {"deploy", "resources", "limits", "memory"})))
    hits.add(place(service, "mem_limit"), named(service, "may take all memory"));
}

void no_cpu_limit(const Service& service, Hits& hits) {
  for (const std::string_view name : {"cpus", "cpu_quota", "cpu_shares", "cpuset"})
    if (is_set(get(service, name))) return;
  if (!is_set(at(&service.node, {"deploy", "resources", "limits", "cpus"})))
    hits.add(place(service, "cpus"), named(service, "may take every processor"));
}

void no_process_limit(const Service& service, Hits& hits) {
  if (!is_set(get(service, "pids_limit")) &&
      !is_set(at(&service.node, {"deploy", "resources", "limits", "pids"})))
    hits.add(place(service, "pids_limit"), named(service, "may start any number of processes"));
}

void writable_root(const Service& service, Hits& hits) {
  if (!truth(get(service, "read_only")))
    hits.add(place(service, "read_only"), named(service, "can change its own files"));
}

void no_user(const Service& service, Hits& hits) {
  if (!is_set(get(service, "user")))
    hits.add(place(service, "user"), named(service, "runs as whoever the image says"));
}

void root_user(const Service& service, Hits& hits) {
  const std::string_view user = text(get(service, "user"));
  const std::string_view name = user.substr(0, user.find(':'));
  if (name == "root" || name == "0")
    hits.add(place(service, "user"), named(service, fmt::format("runs as {}", user)));
}

void new_privileges(const Service& service, Hits& hits) {
  for (const YamlNode& option : items(get(service, "security_opt"))) {
    const std::string_view value = text(&option);
    if (value == "no-new-privileges" || value == "no-new-privileges:true" ||
        value == "no-new-privileges=true")
      return;
  }
  hits.add(place(service, "security_opt"),
           named(service, "may gain rights by set-user-id programs"));
}

void keeps_capabilities(const Service& service, Hits& hits) {
  for (const YamlNode& dropped : items(get(service, "cap_drop")))
    if (base::equals_ignore_case(text(&dropped), "ALL")) return;
  hits.add(place(service, "cap_drop"), named(service, "keeps capabilities"));
}

std::string_view image_of(const Service& service) {
  // What is built here has the name that it gets, and not one that it is fetched by.
  return is_set(get(service, "build")) ? std::string_view() : text(get(service, "image"));
}

void untagged(const Service& service, Hits& hits) {
  const std::string_view image = image_of(service);
  const ImageReference name = image_reference(image);
  if (!image.empty() && !image.contains('$') && name.tag.empty() && name.digest.empty())
    hits.add(place(service, "image"), fmt::format("{} has no tag, which means latest", image));
}

void latest(const Service& service, Hits& hits) {
  const ImageReference name = image_reference(image_of(service));
  if (name.tag == "latest" && name.digest.empty())
    hits.add(place(service, "image"), fmt::format("{} is taken as latest", name.name));
}

void undigested(const Service& service, Hits& hits) {
  const std::string_view image = image_of(service);
  const ImageReference name = image_reference(image);
  if (!name.tag.empty() && name.tag != "latest" && name.digest.empty() && !image.contains('$'))
    hits.add(place(service, "image"), fmt::format("{} is whatever the registry says", image));
}

struct Port {
  std::string_view address;   ///< of the host, "" for every one
  std::string_view published; ///< "" for any free one
  std::string_view target;
  model::LineRange lines;
};

std::vector<Port> ports(const Service& service) {
  std::vector<Port> out;
  for (const YamlNode& node : items(get(service, "ports"))) {
    Port port{.lines = lines_of(node)};
    if (node.is_mapping()) {
      port.address = text(node.find("host_ip"));
      port.published = text(node.find("published"));
      port.target = text(node.find("target"));
    } else {
      std::string_view value = text(&node);
      value = value.substr(0, value.find('/'));
      const std::size_t last = value.rfind(':');
      port.target = last == std::string_view::npos ? value : value.substr(last + 1);
      if (last != std::string_view::npos) {
        value = value.substr(0, last);
        const std::size_t before = value.rfind(':');
        port.published = before == std::string_view::npos ? value : value.substr(before + 1);
        if (before != std::string_view::npos) port.address = value.substr(0, before);
      }
    }
    out.push_back(port);
  }
  return out;
}

bool is_local(const Port& port) {
  return port.address.starts_with("127.") || port.address == "[::1]" || port.address == "::1" ||
         port.address == "localhost";
}

void published_everywhere(const Service& service, Hits& hits) {
  for (const Port& port : ports(service))
    if (port.address.empty() || port.address == "0.0.0.0" || port.address == "[::]" ||
        port.address == "::")
      hits.add(port.lines,
               named(service,
                     fmt::format("is reached on port {} of every address",
                                 port.published.empty() ? port.target : port.published)));
}

void privileged_port(const Service& service, Hits& hits) {
  for (const Port& port : ports(service)) {
    const auto number = base::parse_int<unsigned>(port.published);
    if (number && *number > 0 && *number < 1024)
      hits.add(port.lines, named(service, fmt::format("takes port {} of the host", *number)));
  }
}

void ssh_port(const Service& service, Hits& hits) {
  for (const Port& port : ports(service))
    if (port.target == "22") hits.add(port.lines, named(service, "publishes the port of SSH"));
}

void database_port(const Service& service, Hits& hits) {
  constexpr std::array<std::string_view, 12> kPorts{"3306",
                                                    "5432",
                                                    "6379",
                                                    "27017",
                                                    "9200",
                                                    "11211",
                                                    "1433",
                                                    "5984",
                                                    "2379",
                                                    "8086",
                                                    "9042",
                                                    "5672"};
  for (const Port& port : ports(service))
    if (!is_local(port) && std::ranges::find(kPorts, port.target) != kPorts.end())
      hits.add(port.lines,
               named(service, fmt::format("publishes the database port {}", port.target)));
}

/// Name and value of each variable, in either form.
void for_each_variable(const YamlNode* list, const auto& visit) {
  for (const YamlMember& each : members(list))
    visit(std::string_view(each.key), text(&each.value), lines_of(each));
  for (const YamlNode& item : items(list)) {
    const std::string_view pair = text(&item);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos)
      visit(pair.substr(0, equals), pair.substr(equals + 1), lines_of(item));
  }
}

void secret_environment(const Service& service, Hits& hits) {
  for_each_variable(get(service, "environment"), [&](auto name, auto value, auto lines) {
    if (is_secret_name(name) && is_secret_value(value))
      hits.add(lines, fmt::format("{} holds a value", name), {std::string(value)});
  });
}

void secret_build_argument(const Service& service, Hits& hits) {
  for_each_variable(at(&service.node, {"build", "args"}), [&](auto name, auto value, auto lines) {
    if (is_secret_name(name))
      hits.add(lines, fmt::format("{} is a build argument", name), {std::string(value)});
  });
}

void no_password(const Service& service, Hits& hits) {
  for_each_variable(get(service, "environment"), [&](auto name, auto value, auto lines) {
    const bool empty = name.ends_with("ALLOW_EMPTY_PASSWORD") && value != "no" &&
                       value != "false" && !value.empty();
    const bool trust = name == "POSTGRES_HOST_AUTH_METHOD" && value == "trust";
    const bool off = (name == "xpack.security.enabled" || name == "DISABLE_SECURITY_PLUGIN") &&
                     value == (name.starts_with('x') ? "false" : "true");
    if (empty || trust || off)
      hits.add(lines, named(service, fmt::format("has {}={}", name, value)));
  });
}

void remote_engine(const Service& service, Hits& hits) {
  for_each_variable(get(service, "environment"), [&](auto name, auto value, auto lines) {
    if (name == "DOCKER_HOST" && value.starts_with("tcp://"))
      hits.add(lines, named(service, fmt::format("controls the engine at {}", value)));
  });
}

void secret_command(const Service& service, Hits& hits) {
  const auto check = [&](std::string_view word, model::LineRange lines) {
    const std::size_t equals = word.find('=');
    if (word.starts_with("--") && equals != std::string_view::npos &&
        is_secret_name(word.substr(2, equals - 2)) && is_secret_value(word.substr(equals + 1)))
      hits.add(lines,
               fmt::format("{} holds a secret", word.substr(0, equals)),
               {std::string(word.substr(equals + 1))});
  };
  for (const std::string_view name : {"command", "entrypoint"}) {
    const YamlNode* node = get(service, name);
    for (const YamlNode& word : items(node))
      check(text(&word), lines_of(word));
    for (const std::string_view word : base::split(text(node), ' '))
      check(base::trim(word), place(service, name));
  }
}

void no_healthcheck(const Service& service, Hits& hits) {
  if (!is_set(get(service, "healthcheck")))
    hits.add(place(service, "healthcheck"), named(service, "has no health check of its own"));
}

void disabled_healthcheck(const Service& service, Hits& hits) {
  const YamlNode* check = get(service, "healthcheck");
  const YamlNode* test = at(check, {"test"});
  const bool none =
      text(test) == "NONE" || (!items(test).empty() && text(&items(test).front()) == "NONE");
  if (truth(at(check, {"disable"})) || none)
    hits.add(place(service, "healthcheck"), named(service, "is not checked"));
}

void endless_restart(const Service& service, Hits& hits) {
  if (text(get(service, "restart")) == "always" ||
      text(at(&service.node, {"deploy", "restart_policy", "condition"})) == "any")
    hits.add(place(service, is_set(get(service, "restart")) ? "restart" : "deploy"),
             named(service, "is started anew without end"));
}

void host_gateway(const Service& service, Hits& hits) {
  const YamlNode* hosts = get(service, "extra_hosts");
  for (const YamlNode& host : items(hosts))
    if (text(&host).contains("host-gateway"))
      hits.add(lines_of(host), named(service, "reaches the host"));
  for (const YamlMember& host : members(hosts))
    if (text(&host.value) == "host-gateway")
      hits.add(lines_of(host), named(service, "reaches the host"));
}

void terminal(const Service& service, Hits& hits) {
  if (truth(get(service, "tty")) && truth(get(service, "stdin_open")))
    hits.add(place(service, "tty"), named(service, "waits for a person at a terminal"));
}

void no_log(const Service& service, Hits& hits) {
  if (text(at(&service.node, {"logging", "driver"})) == "none")
    hits.add(place(service, "logging"), named(service, "leaves no log"));
}

void build_network(const Service& service, Hits& hits) {
  const YamlNode* build = get(service, "build");
  if (text(at(build, {"network"})) == "host")
    hits.add(lines_of_member(*build, "network"),
             named(service, "is built in the network of the host"));
}

void build_privileged(const Service& service, Hits& hits) {
  const YamlNode* build = get(service, "build");
  if (truth(at(build, {"privileged"})))
    hits.add(lines_of_member(*build, "privileged"), named(service, "is built without confinement"));
  for (const YamlNode& right : items(at(build, {"entitlements"})))
    if (text(&right) == "security.insecure")
      hits.add(lines_of(right), named(service, "is built without confinement"));
}

void volumes_from(const Service& service, Hits& hits) {
  if (!items(get(service, "volumes_from")).empty())
    hits.add(place(service, "volumes_from"), named(service, "gets every mount of another one"));
}

void links(const Service& service, Hits& hits) {
  if (!items(get(service, "links")).empty())
    hits.add(place(service, "links"), named(service, "uses links"));
}

void unkillable(const Service& service, Hits& hits) {
  if (truth(get(service, "oom_kill_disable")))
    hits.add(place(service, "oom_kill_disable"), named(service, "is spared when memory runs out"));
}

void kernel_settings(const Service& service, Hits& hits) {
  for_each_variable(get(service, "sysctls"), [&](auto name, auto, auto lines) {
    if (name.starts_with("kernel.") || name.starts_with("vm.") || name.starts_with("fs."))
      hits.add(lines, named(service, fmt::format("changes {}", name)));
  });
}

void obsolete_version(const Project& project, Hits& hits) {
  if (is_set(project.root.find("version")))
    hits.add(lines_of_member(project.root, "version"), "version is obsolete and ignored");
}

void secret_file_content(const Project& project, Hits& hits) {
  for (const YamlMember& each : members(project.root.find("configs"))) {
    const std::string_view content = text(each.value.find("content"));
    if (is_secret_name(each.key) && is_secret_value(content))
      hits.add(lines_of_member(each.value, "content"),
               fmt::format("{} stands in the file", each.key),
               {std::string(content)});
  }
}

constexpr std::array kServiceChecks{
    ServiceCheck{"PQ-CO-001", privileged},
    ServiceCheck{"PQ-CO-002", capabilities},
    ServiceCheck{"PQ-CO-003", engine_socket},
    ServiceCheck{"PQ-CO-004", sensitive_mount},
    ServiceCheck{"PQ-CO-005", writable_mount},
    ServiceCheck{"PQ-CO-006", shared_mount},
    ServiceCheck{"PQ-CO-007", host_network},
    ServiceCheck{"PQ-CO-008", host_pid},
    ServiceCheck{"PQ-CO-009", host_ipc},
    ServiceCheck{"PQ-CO-010", host_users},
    ServiceCheck{"PQ-CO-011", host_uts},
    ServiceCheck{"PQ-CO-012", host_cgroup},
    ServiceCheck{"PQ-CO-013", unconfined},
    ServiceCheck{"PQ-CO-014", devices},
    ServiceCheck{"PQ-CO-015", device_rules},
    ServiceCheck{"PQ-CO-016", no_memory_limit, true},
    ServiceCheck{"PQ-CO-017", no_cpu_limit, true},
    ServiceCheck{"PQ-CO-018", no_process_limit, true},
    ServiceCheck{"PQ-CO-019", writable_root, true},
    ServiceCheck{"PQ-CO-020", no_user, true},
    ServiceCheck{"PQ-CO-021", root_user},
    ServiceCheck{"PQ-CO-022", new_privileges, true},
    ServiceCheck{"PQ-CO-023", keeps_capabilities, true},
    ServiceCheck{"PQ-CO-024", untagged},
    ServiceCheck{"PQ-CO-025", latest},
    ServiceCheck{"PQ-CO-026", undigested},
    ServiceCheck{"PQ-CO-027", published_everywhere},
    ServiceCheck{"PQ-CO-028", privileged_port},
    ServiceCheck{"PQ-CO-029", ssh_port},
    ServiceCheck{"PQ-CO-030", database_port},
    ServiceCheck{"PQ-CO-031", secret_environment},
    ServiceCheck{"PQ-CO-032", secret_build_argument},
    ServiceCheck{"PQ-CO-033", secret_command},
    ServiceCheck{"PQ-CO-034", no_password},
    ServiceCheck{"PQ-CO-035", remote_engine},
    ServiceCheck{"PQ-CO-036", no_healthcheck, true},
    ServiceCheck{"PQ-CO-037", disabled_healthcheck},
    ServiceCheck{"PQ-CO-038", endless_restart},
    ServiceCheck{"PQ-CO-039", host_gateway},
    ServiceCheck{"PQ-CO-040", terminal},
    ServiceCheck{"PQ-CO-041", no_log},
    ServiceCheck{"PQ-CO-042", build_network},
    ServiceCheck{"PQ-CO-043", build_privileged},
    ServiceCheck{"PQ-CO-044", volumes_from},
    ServiceCheck{"PQ-CO-045", links},
    ServiceCheck{"PQ-CO-046", unkillable},
    ServiceCheck{"PQ-CO-047", kernel_settings},
};

constexpr std::array kProjectChecks{
    ProjectCheck{"PQ-CO-048", obsolete_version},
    ProjectCheck{"PQ-CO-049", secret_file_content},
};

} // namespace

void run_checks(const Project& project, Hits& hits) {
  for (const ServiceCheck& check : kServiceChecks) {
    if (check.about_absence && project.partial) continue;
    hits.set_rule(check.id);
    for (const Service& service : project.services)
      check.run(service, hits);
  }
  for (const ProjectCheck& check : kProjectChecks) {
    hits.set_rule(check.id);
    check.run(project, hits);
  }
}

std::vector<std::string_view> check_ids() {
  std::vector<std::string_view> ids;
  for (const ServiceCheck& check : kServiceChecks)
    ids.push_back(check.id);
  for (const ProjectCheck& check : kProjectChecks)
    ids.push_back(check.id);
  return ids;
}

} // namespace portique::inspect::compose
