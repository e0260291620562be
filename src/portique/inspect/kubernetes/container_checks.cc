// Checks of containers beyond the Pod Security Standards: images, resources, probes, secrets.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inspect/config_files/image_reference.h"
#include "portique/inspect/config_files/secret_names.h"
#include "portique/inspect/kubernetes/check_kubernetes.h"

namespace portique::inspect::kubernetes {

namespace {

model::LineRange place(const Container& container, std::string_view name) {
  return lines_of_member(*container.node, name);
}

std::string named(const Container& container, std::string_view what) {
  return fmt::format("container {} {}", container.name, what);
}

/// The line that a capability of this name is added in.
void adds_capability(const Container& container,
                     Hits& hits,
                     std::initializer_list<std::string_view> names) {
  for (const YamlNode& added :
       items(at(container.node, {"securityContext", "capabilities", "add"}))) {
    std::string_view name = text(&added);
    if (name.starts_with("CAP_")) name.remove_prefix(4);
    if (std::ranges::find(names, name) != names.end())
      hits.add(lines_of(added), named(container, fmt::format("gets {}", name)));
  }
}

void sys_admin(const Container& container, Hits& hits) {
  adds_capability(container, hits, {"SYS_ADMIN", "ALL"});
}

void net_raw(const Container& container, Hits& hits) {
  adds_capability(container, hits, {"NET_RAW", "NET_ADMIN"});
}

void kernel_modules(const Container& container, Hits& hits) {
  adds_capability(container, hits, {"SYS_MODULE", "SYS_RAWIO", "SYS_BOOT", "BPF", "PERFMON"});
}

void other_processes(const Container& container, Hits& hits) {
  adds_capability(container, hits, {"SYS_PTRACE", "DAC_READ_SEARCH"});
}

void writable_root(const Container& container, Hits& hits) {
  const YamlNode* context = container.node->find("securityContext");
  if (container.pod->windows || container.role == Container::Role::Ephemeral) return;
  if (!is_true(at(context, {"readOnlyRootFilesystem"})))
    hits.add(context != nullptr ? lines_of_member(*context, "readOnlyRootFilesystem")
                                : lines_of(*container.node),
             named(container, "can change its own files"));
}

void no_security_context(const Container& container, Hits& hits) {
  if (!is_set(container.node->find("securityContext")) &&
      !is_set(at(container.pod->spec, {"securityContext"})))
    hits.add(lines_of(*container.node),
             named(container, "has no securityContext, nor has its pod"));
}

void low_id(const Container& container, Hits& hits, std::string_view name) {
  const YamlNode* own = container.node->find("securityContext");
  const YamlNode* pods = at(container.pod->spec, {"securityContext"});
  const YamlNode* holder = is_set(at(own, {name})) ? own : pods;
  const YamlNode* id = at(holder, {name});
  const auto number = id == nullptr ? std::nullopt : id->integer();
  if (number && *number > 0 && *number < 10000)
    hits.add(lines_of_member(*holder, name),
             named(container, fmt::format("has the number {} of an account of the host", *number)));
}

void low_user(const Container& container, Hits& hits) {
  low_id(container, hits, "runAsUser");
}

void low_group(const Container& container, Hits& hits) {
  low_id(container, hits, "runAsGroup");
}

void mount_propagation(const Container& container, Hits& hits) {
  for (const YamlNode& mount : items(container.node->find("volumeMounts")))
    if (text(mount.find("mountPropagation")) == "Bidirectional")
      hits.add(lines_of(mount), named(container, "mounts file systems into the host"));
}

void missing_resource(const Container& container,
                      Hits& hits,
                      std::string_view list,
                      std::string_view name) {
  if (container.role == Container::Role::Ephemeral) return;
  const YamlNode* resources = container.node->find("resources");
  if (is_set(at(resources, {list, name}))) return;
  // A limit without a request is the request too.
  if (list == "requests" && is_set(at(resources, {"limits", name}))) return;
  hits.add(place(container, "resources"),
           named(container,
                 fmt::format("has no {} of {}", list == "limits" ? "limit" : "request", name)));
}

void cpu_limit(const Container& container, Hits& hits) {
  missing_resource(container, hits, "limits", "cpu");
}

void memory_limit(const Container& container, Hits& hits) {
  missing_resource(container, hits, "limits", "memory");
}

void cpu_request(const Container& container, Hits& hits) {
  missing_resource(container, hits, "requests", "cpu");
}

void memory_request(const Container& container, Hits& hits) {
  missing_resource(container, hits, "requests", "memory");
}

void storage_limit(const Container& container, Hits& hits) {
  missing_resource(container, hits, "limits", "ephemeral-storage");
}

bool is_server(const Container& container) {
  const std::string_view kind = container.pod->object->kind;
  return container.role == Container::Role::Main && kind != "Job" && kind != "CronJob";
}

void liveness(const Container& container, Hits& hits) {
  if (is_server(container) && !is_set(container.node->find("livenessProbe")))
    hits.add(lines_of(*container.node), named(container, "has no livenessProbe"));
}

void readiness(const Container& container, Hits& hits) {
  if (is_server(container) && !is_set(container.node->find("readinessProbe")))
    hits.add(lines_of(*container.node), named(container, "has no readinessProbe"));
}

void untagged(const Container& container, Hits& hits) {
  const std::string_view image = text(container.node->find("image"));
  const ImageReference name = image_reference(image);
  if (!image.empty() && !image.contains('$') && name.tag.empty() && name.digest.empty())
    hits.add(place(container, "image"), fmt::format("{} has no tag, which means latest", image));
}

void latest(const Container& container, Hits& hits) {
  const std::string_view image = text(container.node->find("image"));
  const ImageReference name = image_reference(image);
  if (name.tag == "latest" && name.digest.empty())
    hits.add(place(container, "image"), fmt::format("{} is taken as latest", name.name));
}

void undigested(const Container& container, Hits& hits) {
  const std::string_view image = text(container.node->find("image"));
  const ImageReference name = image_reference(image);
  if (!name.tag.empty() && name.tag != "latest" && name.digest.empty() && !image.contains('$'))
    hits.add(place(container, "image"), fmt::format("{} is whatever the registry says", image));
}

void pull_policy(const Container& container, Hits& hits) {
  const std::string_view policy = text(container.node->find("imagePullPolicy"));
  if (policy == "Never" || policy == "IfNotPresent")
    hits.add(place(container, "imagePullPolicy"),
             named(container, fmt::format("takes what lies on the node: {}", policy)));
}

void secret_value(const Container& container, Hits& hits) {
  for (const YamlNode& variable : items(container.node->find("env"))) {
    const std::string_view name = text(variable.find("name"));
    const std::string_view value = text(variable.find("value"));
    if (is_secret_name(name) && is_secret_value(value))
      hits.add(lines_of(variable), fmt::format("{} holds a value", name), {std::string(value)});
  }
}

void secret_variable(const Container& container, Hits& hits) {
  for (const YamlNode& variable : items(container.node->find("env")))
    if (is_set(at(&variable, {"valueFrom", "secretKeyRef"})))
      hits.add(lines_of(variable),
               fmt::format("{} hands a secret on to every process", text(variable.find("name"))));
  for (const YamlNode& source : items(container.node->find("envFrom")))
    if (is_set(source.find("secretRef")))
      hits.add(lines_of(source), "a whole Secret becomes environment");
}

void secret_argument(const Container& container, Hits& hits) {
  for (const std::string_view list : {"command", "args"})
    for (const YamlNode& word : items(container.node->find(list))) {
      const std::string_view argument = text(&word);
      const std::size_t equals = argument.find('=');
      if (argument.starts_with("--") && equals != std::string_view::npos &&
          is_secret_name(argument.substr(2, equals - 2)) &&
          is_secret_value(argument.substr(equals + 1)))
        hits.add(lines_of(word),
                 fmt::format("{} holds a secret", argument.substr(0, equals)),
                 {std::string(argument.substr(equals + 1))});
    }
}

void repeated_variable(const Container& container, Hits& hits) {
  std::set<std::string_view> seen;
  for (const YamlNode& variable : items(container.node->find("env"))) {
    const std::string_view name = text(variable.find("name"));
    if (!name.empty() && !seen.insert(name).second)
      hits.add(lines_of(variable), fmt::format("{} is set twice; the last one counts", name));
  }
}

void privileged_port(const Container& container, Hits& hits) {
  for (const YamlNode& port : items(container.node->find("ports"))) {
    const YamlNode* number = port.find("containerPort");
    const auto value = number == nullptr ? std::nullopt : number->integer();
    if (value && *value > 0 && *value < 1024)
      hits.add(lines_of_member(port, "containerPort"),
               named(container, fmt::format("listens on port {}", *value)));
  }
}

void ssh_port(const Container& container, Hits& hits) {
  for (const YamlNode& port : items(container.node->find("ports"))) {
    const YamlNode* number = port.find("containerPort");
    if (number != nullptr && number->integer() == 22)
      hits.add(lines_of_member(port, "containerPort"),
               named(container, "listens on the port of SSH"));
  }
}

void terminal(const Container& container, Hits& hits) {
  if (is_true(container.node->find("tty")) && is_true(container.node->find("stdin")))
    hits.add(place(container, "tty"), named(container, "waits for a person at a terminal"));
}

void piped_download(const Container& container, Hits& hits) {
  for (const std::string_view list : {"command", "args"})
    for (const YamlNode& word : items(container.node->find(list))) {
      const std::string_view script = text(&word);
      const bool downloads = script.contains("curl ") || script.contains("wget ");
      const bool runs = script.contains("| sh") || script.contains("|sh") ||
                        script.contains("| bash") || script.contains("|bash");
      if (downloads && runs)
        hits.add(lines_of(word), named(container, "runs what it just downloaded"));
    }
}

constexpr std::array kChecks{
    ContainerCheck{"PQ-K8-033", sys_admin},
    ContainerCheck{"PQ-K8-034", net_raw},
    ContainerCheck{"PQ-K8-035", kernel_modules},
    ContainerCheck{"PQ-K8-036", other_processes},
    ContainerCheck{"PQ-K8-037", writable_root},
    ContainerCheck{"PQ-K8-038", no_security_context},
    ContainerCheck{"PQ-K8-039", low_user},
    ContainerCheck{"PQ-K8-040", low_group},
    ContainerCheck{"PQ-K8-041", mount_propagation},
    ContainerCheck{"PQ-K8-050", cpu_limit},
    ContainerCheck{"PQ-K8-051", memory_limit},
    ContainerCheck{"PQ-K8-052", cpu_request},
    ContainerCheck{"PQ-K8-053", memory_request},
    ContainerCheck{"PQ-K8-054", storage_limit},
    ContainerCheck{"PQ-K8-055", liveness},
    ContainerCheck{"PQ-K8-056", readiness},
    ContainerCheck{"PQ-K8-057", untagged},
    ContainerCheck{"PQ-K8-058", latest},
    ContainerCheck{"PQ-K8-059", undigested},
    ContainerCheck{"PQ-K8-060", pull_policy},
    ContainerCheck{"PQ-K8-061", secret_value},
    ContainerCheck{"PQ-K8-062", secret_variable},
    ContainerCheck{"PQ-K8-063", secret_argument},
    ContainerCheck{"PQ-K8-064", repeated_variable},
    ContainerCheck{"PQ-K8-065", privileged_port},
    ContainerCheck{"PQ-K8-066", ssh_port},
    ContainerCheck{"PQ-K8-067", terminal},
    ContainerCheck{"PQ-K8-068", piped_download},
};

} // namespace

std::span<const ContainerCheck> container_checks() {
  return kChecks;
}

} // namespace portique::inspect::kubernetes
