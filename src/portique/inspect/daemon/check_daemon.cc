#include "portique/inspect/daemon/check_daemon.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "portique/base/text.h"

namespace portique::inspect::daemon {

namespace {

struct Check {
  std::string_view id;
  void (*run)(const YamlNode& root, Hits& hits);
};

model::LineRange place(const YamlNode& root, std::string_view name) {
  const YamlMember* found = member(&root, name);
  return found != nullptr ? lines_of(*found) : model::LineRange{root.place.line, root.place.line};
}

/// Settings that must be there with one value.
void demand(const YamlNode& root, Hits& hits, std::string_view name, bool value) {
  const YamlNode* node = root.find(name);
  if (node != nullptr && node->boolean() == value) return;
  hits.add(place(root, name),
           node == nullptr ? fmt::format("{} is not set", name)
                           : fmt::format("{} is {}", name, text(node)));
}

void open_bridge(const YamlNode& root, Hits& hits) {
  demand(root, hits, "icc", false);
}

void same_users(const YamlNode& root, Hits& hits) {
  if (text(root.find("userns-remap")).empty())
    hits.add(place(root, "userns-remap"), "userns-remap is not set");
}

void live_restore(const YamlNode& root, Hits& hits) {
  demand(root, hits, "live-restore", true);
}

void new_privileges(const YamlNode& root, Hits& hits) {
  demand(root, hits, "no-new-privileges", true);
}

void userland_proxy(const YamlNode& root, Hits& hits) {
  demand(root, hits, "userland-proxy", false);
}

/// An address of the network that the daemon listens on.
const YamlNode* network_host(const YamlNode& root) {
  for (const YamlNode& host : items(root.find("hosts")))
    if (text(&host).starts_with("tcp://")) return &host;
  return nullptr;
}

void open_socket(const YamlNode& root, Hits& hits) {
  const YamlNode* host = network_host(root);
  if (host != nullptr && !is_true(root.find("tlsverify")))
    hits.add(lines_of(*host), fmt::format("{} asks for no certificate", text(host)));
}

void listens_everywhere(const YamlNode& root, Hits& hits) {
  for (const YamlNode& host : items(root.find("hosts"))) {
    const std::string_view address = text(&host);
    if (address.starts_with("tcp://0.0.0.0") || address.starts_with("tcp://[::]") ||
        address.starts_with("tcp://:"))
      hits.add(lines_of(host), fmt::format("{} is every address of the machine", address));
  }
}

void insecure_registry(const YamlNode& root, Hits& hits) {
  for (const YamlNode& registry : items(root.find("insecure-registries")))
    hits.add(lines_of(registry),
             fmt::format("{} is trusted without a certificate", text(&registry)));
}

void plain_mirror(const YamlNode& root, Hits& hits) {
  for (const YamlNode& mirror : items(root.find("registry-mirrors")))
    if (text(&mirror).starts_with("http://"))
      hits.add(lines_of(mirror), fmt::format("{} is not encrypted", text(&mirror)));
}

void no_log(const YamlNode& root, Hits& hits) {
  if (text(root.find("log-driver")) == "none")
    hits.add(place(root, "log-driver"), "no container leaves a log");
}

void endless_log(const YamlNode& root, Hits& hits) {
  const std::string_view driver = text(root.find("log-driver"));
  if ((driver.empty() || driver == "json-file") && !is_set(at(&root, {"log-opts", "max-size"})))
    hits.add(place(root, "log-opts"), "log-opts has no max-size");
}

void local_log(const YamlNode& root, Hits& hits) {
  constexpr std::array<std::string_view, 8> kRemote{
      "syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "gcplogs", "etwlogs"};
  const std::string_view driver = text(root.find("log-driver"));
  if (driver != "none" && std::ranges::find(kRemote, driver) == kRemote.end())
    hits.add(place(root, "log-driver"), "logs stay on this machine");
}

void no_ulimits(const YamlNode& root, Hits& hits) {
  if (members(root.find("default-ulimits")).empty())
    hits.add(place(root, "default-ulimits"), "default-ulimits is not set");
}

void unfiltered(const YamlNode& root, Hits& hits) {
  if (text(root.find("seccomp-profile")) == "unconfined")
    hits.add(place(root, "seccomp-profile"), "system calls of containers are not filtered");
}

void experimental(const YamlNode& root, Hits& hits) {
  if (is_true(root.find("experimental")))
    hits.add(place(root, "experimental"), "experimental is true");
}

void debugging(const YamlNode& root, Hits& hits) {
  if (is_true(root.find("debug"))) hits.add(place(root, "debug"), "debug is true");
}

void log_level(const YamlNode& root, Hits& hits) {
  const std::string_view level = text(root.find("log-level"));
  if (level == "debug" || level == "fatal" || level == "error")
    hits.add(place(root, "log-level"), fmt::format("log-level is {}", level));
}

void old_storage(const YamlNode& root, Hits& hits) {
  const std::string_view driver = text(root.find("storage-driver"));
  if (driver == "aufs" || driver == "devicemapper" || driver == "overlay" || driver == "vfs")
    hits.add(place(root, "storage-driver"), fmt::format("storage-driver is {}", driver));
}

void no_firewall(const YamlNode& root, Hits& hits) {
  for (const std::string_view name : {"iptables", "ip6tables"})
    if (is_false(root.find(name))) hits.add(place(root, name), fmt::format("{} is false", name));
}

void published_everywhere(const YamlNode& root, Hits& hits) {
  const std::string_view address = text(root.find("ip"));
  if (address.empty() || address == "0.0.0.0" || address == "::")
    hits.add(place(root, "ip"), "published ports are open on every address");
}

void no_selinux(const YamlNode& root, Hits& hits) {
  if (is_false(root.find("selinux-enabled")))
    hits.add(place(root, "selinux-enabled"), "selinux-enabled is false");
}

void no_authorization(const YamlNode& root, Hits& hits) {
  if (items(root.find("authorization-plugins")).empty())
    hits.add(place(root, "authorization-plugins"), "authorization-plugins is not set");
}

void host_cgroup(const YamlNode& root, Hits& hits) {
  if (text(root.find("default-cgroupns-mode")) == "host")
    hits.add(place(root, "default-cgroupns-mode"), "containers see the control groups of the host");
}

void open_forwarding(const YamlNode& root, Hits& hits) {
  if (is_true(root.find("ip-forward-no-drop")))
    hits.add(place(root, "ip-forward-no-drop"), "the machine forwards packets for others");
}

void proxy_password(const YamlNode& root, Hits& hits) {
  const YamlNode* proxies = root.find("proxies");
  for (const YamlMember& proxy : members(proxies)) {
    const std::string_view url = text(&proxy.value);
    const std::size_t scheme = url.find("://");
    const std::size_t sign = url.find('@');
    if (scheme == std::string_view::npos || sign == std::string_view::npos || sign < scheme)
      continue;
    const std::string_view user = url.substr(scheme + 3, sign - scheme - 3);
    const std::size_t colon = user.find(':');
    if (colon != std::string_view::npos)
      hits.add(lines_of(proxy),
               fmt::format("{} holds a password", proxy.key),
               {std::string(user.substr(colon + 1))});
  }
}

constexpr std::array kChecks{
    Check{"PQ-DD-001", open_bridge},        Check{"PQ-DD-002", same_users},
    Check{"PQ-DD-003", live_restore},       Check{"PQ-DD-004", new_privileges},
    Check{"PQ-DD-005", userland_proxy},     Check{"PQ-DD-006", open_socket},
    Check{"PQ-DD-007", listens_everywhere}, Check{"PQ-DD-008", insecure_registry},
    Check{"PQ-DD-009", plain_mirror},       Check{"PQ-DD-010", no_log},
    Check{"PQ-DD-011", endless_log},        Check{"PQ-DD-012", local_log},
    Check{"PQ-DD-013", no_ulimits},         Check{"PQ-DD-014", unfiltered},
    Check{"PQ-DD-015", experimental},       Check{"PQ-DD-016", debugging},
    Check{"PQ-DD-017", log_level},          Check{"PQ-DD-018", old_storage},
    Check{"PQ-DD-019", no_firewall},        Check{"PQ-DD-020", published_everywhere},
    Check{"PQ-DD-021", no_selinux},         Check{"PQ-DD-022", no_authorization},
    Check{"PQ-DD-023", host_cgroup},        Check{"PQ-DD-024", open_forwarding},
    Check{"PQ-DD-025", proxy_password},
};

} // namespace

void run_checks(const YamlNode& root, Hits& hits) {
  for (const Check& check : kChecks) {
    hits.set_rule(check.id);
    check.run(root, hits);
  }
}

std::vector<std::string_view> check_ids() {
  std::vector<std::string_view> ids;
  for (const Check& check : kChecks)
    ids.push_back(check.id);
  return ids;
}

bool is_daemon_config(const YamlNode& root) {
  constexpr std::array<std::string_view, 12> kKeys{"icc",
                                                   "live-restore",
                                                   "userns-remap",
                                                   "log-driver",
                                                   "insecure-registries",
                                                   "storage-driver",
                                                   "data-root",
                                                   "log-opts",
                                                   "no-new-privileges",
                                                   "userland-proxy",
                                                   "registry-mirrors",
                                                   "default-ulimits"};
  return std::ranges::any_of(members(&root), [&](const YamlMember& each) {
    return std::ranges::find(kKeys, each.key) != kKeys.end();
  });
}

} // namespace portique::inspect::daemon
