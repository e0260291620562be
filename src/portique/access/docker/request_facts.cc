#include "portique/access/docker/request_facts.h"

// The bodies are those of https://docs.docker.com/reference/api/engine/, read by go_json.h.

#include <algorithm>
#include <array>

#include "portique/access/docker/container_facts.h"
#include "portique/access/docker/go_json.h"
#include "portique/access/docker/mount_facts.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace json = boost::json;
using base::Result;

namespace {

std::vector<std::string> texts(const json::object& object, std::string_view name) {
  std::vector<std::string> out;
  for (const json::value& item : base::json_items(&object, name))
    out.emplace_back(json_text(item));
  return out;
}

Result<WorkloadFacts>
create_facts(const EngineCall& call, EngineView& view, const FactOptions& options) {
  WorkloadFacts facts;
  ContainerReader reader(facts, view, options);
  PQ_TRY(reader.configuration(call.body));
  PQ_TRY(reader.host_configuration(base::json_fields(&call.body, "HostConfig")));
  PQ_TRY(reader.endpoints(base::json_fields(&call.body, "NetworkingConfig")));
  return facts;
}

/// What an update does not mention stays as it is, and counts as limited.
Result<WorkloadFacts>
update_facts(const EngineCall& call, EngineView& view, const FactOptions& options) {
  WorkloadFacts facts;
  facts.joined_containers.push_back(call.resource);
  ContainerReader(facts, view, options).resources(call.body);
  const auto stays = [&](std::string_view member) {
    return base::json_integer(&call.body, member).value_or(0) == 0;
  };
  facts.memory_limited = facts.memory_limited || stays("Memory");
  facts.cpu_limited = facts.cpu_limited || (stays("NanoCpus") && stays("CpuQuota"));
  facts.pids_limited = facts.pids_limited || !call.body.contains("PidsLimit");
  facts.restart =
      restart_name(base::json_string(&base::json_fields(&call.body, "RestartPolicy"), "Name"));
  return facts;
}

Result<WorkloadFacts> exec_facts(const EngineCall& call, EngineView& view) {
  WorkloadFacts facts;
  facts.joined_containers.push_back(call.resource);
  facts.command = texts(call.body, "Cmd");
  facts.environment = variable_names(base::json_items(&call.body, "Env"));
  if (const auto* flag = call.body.if_contains("Privileged"))
    if (flag->is_bool() && flag->get_bool()) set_privileged(facts);
  facts.user = base::json_string(&call.body, "User");
  if (facts.user.empty())
    if (const auto container = PQ_TRY(view.container(call.resource))) facts.user = container->user;
  facts.root = is_root_user(facts.user);
  return facts;
}

Result<WorkloadFacts> commit_facts(const EngineCall& call) {
  WorkloadFacts facts;
  facts.joined_containers.push_back(call.resource);
  facts.images = call.produces;
  facts.user = base::json_string(&call.body, "User");
  facts.environment = variable_names(base::json_items(&call.body, "Env"));
  facts.command = texts(call.body, "Entrypoint");
  for (std::string& word : texts(call.body, "Cmd"))
    facts.command.push_back(std::move(word));
  return facts;
}

Result<WorkloadFacts>
checkpoint_facts(const EngineCall& call, EngineView& view, const FactOptions& options) {
  WorkloadFacts facts;
  facts.joined_containers.push_back(call.resource);
  MountReader mounts(facts, view, options);
  for (const std::string_view key : {"checkpoint-dir", "dir"})
    if (!call.query_value(key).empty()) mounts.host_path(call.query_value(key), true);
  const std::string_view folder = base::json_string(&call.body, "CheckpointDir");
  if (!folder.empty()) mounts.host_path(folder, true);
  return facts;
}

/// What a folder was when the container was created it need not be when it starts: one that has
/// become a link since is judged anew.
Result<WorkloadFacts>
start_facts(const EngineCall& call, EngineView& view, const FactOptions& options) {
  WorkloadFacts facts = PQ_TRY(checkpoint_facts(call, view, options));
  const auto container = PQ_TRY(view.container(call.resource));
  if (!container) return facts;
  MountReader mounts(facts, view, options);
  for (const std::string& source : container->bind_sources)
    if (resolve_host_path(source, options.host) != resolve_host_path(source, HostSight::Hidden))
      mounts.host_path(source, true);
  return facts;
}

Result<WorkloadFacts>
volume_facts(const EngineCall& call, EngineView& view, const FactOptions& options) {
  WorkloadFacts facts;
  if (!call.resource.empty()) facts.volumes.push_back(call.resource);
  MountReader(facts, view, options)
      .volume_options(base::json_string(&call.body, "Driver"),
                      base::json_fields(&call.body, "DriverOpts"),
                      true);
  return facts;
}

Result<WorkloadFacts>
network_facts(const EngineCall& call, EngineView& view, const FactOptions& options) {
  WorkloadFacts facts;
  for (const NamedResource& container : call.also)
    facts.joined_containers.push_back(container.name);
  ContainerReader reader(facts, view, options);
  PQ_TRY(reader.network(call.resource));
  reader.endpoint(&base::json_fields(&call.body, "EndpointConfig"));
  return facts;
}

Result<WorkloadFacts>
service_facts(const EngineCall& call, EngineView& view, const FactOptions& options) {
  WorkloadFacts facts;
  PQ_TRY(ContainerReader(facts, view, options).service(call.body));
  return facts;
}

Result<WorkloadFacts>
plugin_facts(const EngineCall& call, EngineView& view, const FactOptions& options) {
  WorkloadFacts facts;
  ContainerReader reader(facts, view, options);
  const std::string_view remote = call.query_value("remote");
  reader.plugin(remote.empty() ? std::string_view(call.resource) : remote,
                base::json_items(&call.body, "items"));
  return facts;
}

// --- builds
// -----------------------------------------------------------------------------------------

/// The query's JSON values are read as the engine reads them; what cannot be read gives no names.
json::value query_json(const EngineCall& call, std::string_view key) {
  const std::string_view text = call.query_value(key);
  if (text.empty()) return nullptr;
  auto value = read_go_json(text, GoType{});
  return value ? *std::move(value) : json::value(nullptr);
}

bool positive(std::string_view number) {
  return base::parse_int<std::int64_t>(number).value_or(0) > 0;
}

/// What Docker's builder takes from the query. podman's takes more (volume, addcaps, nsoptions,
/// devices, ...), and the names in any case.
constexpr std::array<std::string_view, 34> kBuildOptions{
    "buildargs",  "buildid",     "cachefrom",  "cgroupparent", "cpuperiod",
    "cpuquota",   "cpusetcpus",  "cpusetmems", "cpushares",    "dockerfile",
    "extrahosts", "forcerm",     "isolation",  "labels",       "memory",
    "memswap",    "networkmode", "nocache",    "outputs",      "platform",
    "pull",       "q",           "remote",     "rm",           "securityopt",
    "session",    "shmsize",     "squash",     "stream",       "t",
    "target",     "ulimits",     "version",    "useragent"};

Result<void> refuse_other_builders(const EngineCall& call) {
  for (const auto& [key, value] : call.query)
    if (std::ranges::find(kBuildOptions, key) == kBuildOptions.end())
      return base::fail(base::Code::Unsupported,
                        "Docker's builder knows no option \"" + base::printable(key) + "\"");
  // Docker asks it of Windows alone; podman's "chroot" is next to none.
  const std::string_view isolation = call.query_value("isolation");
  if (!isolation.empty() && isolation != "default" && isolation != "process" &&
      isolation != "hyperv")
    return base::fail(base::Code::Unsupported,
                      "Docker's builder knows no isolation \"" + base::printable(isolation) + "\"");
  return {};
}

Result<WorkloadFacts>
build_request_facts(const EngineCall& call, EngineView& view, const FactOptions& options) {
  WorkloadFacts facts;
  ContainerReader reader(facts, view, options);
  PQ_TRY(refuse_other_builders(call));
  for (const std::string_view key : {"buildargs", "labels", "cachefrom", "outputs"}) {
    if (call.query_value(key).empty()) continue;
    const json::value value = query_json(call, key);
    if (value.is_null() && call.query_value(key) != "null")
      return base::fail(base::Code::Malformed,
                        "the query's \"" + std::string(key) + "\" is not JSON");
  }
  // Its Dockerfile comes from elsewhere; a session's files are judged as they flow.
  const std::string_view remote = call.query_value("remote");
  if (!remote.empty() && remote != "client-session" &&
      !remote.starts_with("http://buildkit-session/"))
    facts.entitlements.emplace_back("unseen");
  PQ_TRY(reader.network_mode(call.query_value("networkmode")));
  if (std::ranges::count(facts.host_namespaces, "network") > 0)
    facts.entitlements.emplace_back("network.host");
  const json::value arguments = query_json(call, "buildargs");
  if (const auto* object = arguments.if_object())
    for (const auto& member : *object)
      facts.environment.emplace_back(member.key());
  const json::value caches = query_json(call, "cachefrom");
  if (const auto* list = caches.if_array())
    for (const json::value& image : *list)
      facts.images.emplace_back(json_text(image));
  for (const std::string_view option : call.query_values("securityopt"))
    reader.security_option(option);
  facts.memory_limited = positive(call.query_value("memory"));
  facts.cpu_limited = positive(call.query_value("cpuquota"));
  facts.cgroup_parent = call.query_value("cgroupparent");
  return facts;
}

using Reader = Result<WorkloadFacts> (*)(const EngineCall&, EngineView&, const FactOptions&);

struct Row {
  std::string_view action;
  Reader read;
};

constexpr auto kReaders = std::to_array<Row>({
    {"containers.create", create_facts},
    {"containers.update", update_facts},
    {"containers.exec",
     [](const EngineCall& call, EngineView& view, const FactOptions&) {
       return exec_facts(call, view);
     }},
    {"containers.commit",
     [](const EngineCall& call, EngineView&, const FactOptions&) { return commit_facts(call); }},
    {"containers.start", start_facts},
    {"containers.restart", start_facts},
    {"checkpoints.create", checkpoint_facts},
    {"checkpoints.list", checkpoint_facts},
    {"checkpoints.remove", checkpoint_facts},
    {"volumes.create", volume_facts},
    {"networks.connect", network_facts},
    {"services.create", service_facts},
    {"services.update", service_facts},
    {"plugins.install", plugin_facts},
    {"plugins.upgrade", plugin_facts},
    {"images.build", build_request_facts},
});

} // namespace

bool is_root_user(std::string_view user) {
  std::string_view name = base::trim(user.substr(0, user.find(':')));
  if (name.empty() || name == "root") return true;
  // strconv.Atoi takes a sign.
  if (name.starts_with('+') || name.starts_with('-')) name.remove_prefix(1);
  return !name.empty() && name.find_first_not_of('0') == std::string_view::npos;
}

Result<WorkloadFacts>
workload_facts(const EngineCall& call, EngineView& view, const FactOptions& options) {
  const auto* row = std::ranges::find(kReaders, call.action->name, &Row::action);
  if (row != kReaders.end()) return row->read(call, view, options);
  WorkloadFacts facts;
  if (call.action->resource == ResourceKind::Container && !call.resource.empty())
    facts.joined_containers.push_back(call.resource);
  if (call.action->name == "images.pull" && !call.resource.empty())
    facts.images.push_back(call.resource);
  for (const std::string& image : call.produces)
    facts.images.push_back(image);
  return facts;
}

} // namespace portique::access
