// Commands about swarms, services, nodes, secrets and configurations.

#include "portique/access/command_line/command.h"
#include "portique/access/command_line/command_values.h"
#include "portique/access/command_line/mount_flags.h"
#include "portique/access/command_line/port_flags.h"
#include "portique/base/text.h"
#include "portique/image/reference.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

using Object = boost::json::object;

base::Result<void> init(const Words& words, CommandContext& context) {
  Object body{{"ListenAddr", words.value("listen-addr", "0.0.0.0:2377")}};
  set_if(body, "AdvertiseAddr", boost::json::string(words.value("advertise-addr")));
  set_if(body, "DataPathAddr", boost::json::string(words.value("data-path-addr")));
  if (words.has("data-path-port"))
    body["DataPathPort"] = PQ_TRY(parse_integer(words.value("data-path-port")));
  set_if(body, "DefaultAddrPool", strings(words.values("default-addr-pool")));
  set_if(body, "ForceNewCluster", words.is_on("force-new-cluster"));
  body["SubnetSize"] = PQ_TRY(parse_integer(words.value("default-addr-pool-mask-length", "24")));
  if (words.has("availability")) body["Availability"] = base::to_lower(words.value("availability"));
  if (words.is_on("autolock")) {
    body["AutoLockManagers"] = true;
    body["Spec"] = {{"EncryptionConfig", {{"AutoLockManagers", true}}}};
  }
  context.add_json("POST", "/swarm/init", body);
  context.note("then the new node and its tokens are looked at (GET /nodes/ID, GET /swarm)");
  return {};
}

base::Result<void> join(const Words& words, CommandContext& context) {
  Object body{{"ListenAddr", words.value("listen-addr", "0.0.0.0:2377")}};
  set_if(body, "AdvertiseAddr", boost::json::string(words.value("advertise-addr")));
  set_if(body, "DataPathAddr", boost::json::string(words.value("data-path-addr")));
  body["RemoteAddrs"] = strings({words.arguments().front()});
  body["JoinToken"] = words.value("token");
  if (words.has("availability")) body["Availability"] = base::to_lower(words.value("availability"));
  context.add_json("POST", "/swarm/join", body);
  context.add("GET", "/info");
  return {};
}

base::Result<boost::json::array> service_networks(const Words& words, CommandContext& context) {
  boost::json::array networks;
  for (const std::string& text : words.values("network")) {
    std::string name = text;
    for (const std::string& field : PQ_TRY(parse_csv(text)))
      if (field.starts_with("name=")) name = field.substr(5);
    context.add("GET", "/networks/" + name, {{"scope", "swarm"}});
    networks.push_back(Object{{"Target", name}});
  }
  return networks;
}

base::Result<Object> container_spec(const Words& words, const CommandContext& context) {
  const auto& arguments = words.arguments();
  const auto reference = PQ_TRY(image::parse_reference(arguments.front()));
  // The client adds the tag, but leaves the name as it was written.
  std::string image = arguments.front();
  if (reference.digest.empty() && !image.ends_with(":" + reference.tag))
    image += ":" + reference.tag;
  Object spec{{"Image", image}};
  set_if(spec, "Labels", parse_map(words.values("container-label")));
  if (words.has("entrypoint")) spec["Command"] = strings(words.values("entrypoint"));
  set_if(spec, "Args", strings({arguments.begin() + 1, arguments.end()}));
  set_if(spec, "Env", strings(PQ_TRY(read_environment(words, context))));
  for (const auto& [member, flag] : {std::pair{"Hostname", "hostname"},
                                     {"Dir", "workdir"},
                                     {"User", "user"},
                                     {"StopSignal", "stop-signal"},
                                     {"Isolation", "isolation"}})
    set_if(spec, member, boost::json::string(words.value(flag)));
  set_if(spec, "Groups", strings(words.values("group")));
  set_if(spec, "TTY", words.is_on("tty"));
  set_if(spec, "ReadOnly", words.is_on("read-only"));
  if (words.has("init")) spec["Init"] = words.is_on("init");
  boost::json::array mounts;
  for (const std::string& text : words.values("mount"))
    mounts.push_back(PQ_TRY(parse_mount_flag(text, context)));
  set_if(spec, "Mounts", std::move(mounts));
  set_if(spec, "Sysctls", parse_map(words.values("sysctl")));
  set_if(spec, "CapabilityAdd", parse_capabilities(words.values("cap-add")));
  set_if(spec, "CapabilityDrop", parse_capabilities(words.values("cap-drop")));
  set_if(spec, "Ulimits", PQ_TRY(parse_ulimits(words.values("ulimit"))));
  set_if(spec, "Hosts", strings(words.values("host")));
  for (const auto& [member, flag] : {std::pair{"Secrets", "secret"}, {"Configs", "config"}}) {
    boost::json::array list;
    for (const std::string& text : words.values(flag)) {
      std::string source = text;
      for (const std::string& field : PQ_TRY(parse_csv(text)))
        if (field.starts_with("source=") || field.starts_with("src="))
          source = field.substr(field.find('=') + 1);
      list.push_back(
          Object{{flag == std::string_view("secret") ? "SecretName" : "ConfigName", source}});
    }
    set_if(spec, member, std::move(list));
  }
  return spec;
}

base::Result<Object> resources(const Words& words) {
  Object found;
  for (const auto& [member, prefix] : {std::pair{"Limits", "limit"}, {"Reservations", "reserve"}}) {
    Object one;
    const std::string name(prefix);
    if (words.has(name + "-cpu"))
      set_if(one, "NanoCPUs", PQ_TRY(parse_cpus(words.value(name + "-cpu"))));
    if (words.has(name + "-memory"))
      set_if(one, "MemoryBytes", PQ_TRY(parse_bytes(words.value(name + "-memory"))));
    if (words.has(name + "-pids"))
      set_if(one, "Pids", PQ_TRY(parse_integer(words.value(name + "-pids"))));
    set_if(found, member, std::move(one));
  }
  return found;
}

base::Result<void> create_service(const Words& words, CommandContext& context) {
  Object task{{"ContainerSpec", PQ_TRY(container_spec(words, context))}};
  set_if(task, "Resources", PQ_TRY(resources(words)));
  set_if(task, "Networks", PQ_TRY(service_networks(words, context)));
  Object placement;
  set_if(placement, "Constraints", strings(words.values("constraint")));
  set_if(task, "Placement", std::move(placement));
  Object body;
  set_if(body, "Name", boost::json::string(words.value("name")));
  set_if(body, "Labels", parse_map(words.values("label")));
  body["TaskTemplate"] = std::move(task);
  const std::string mode = words.value("mode", "replicated");
  if (mode == "global")
    body["Mode"] = {{"Global", Object()}};
  else if (words.has("replicas"))
    body["Mode"] = {{"Replicated", {{"Replicas", PQ_TRY(parse_integer(words.value("replicas")))}}}};
  Object endpoint{{"Mode", words.value("endpoint-mode", "vip")}};
  set_if(endpoint, "Ports", PQ_TRY(parse_service_ports(words.values("publish"))));
  body["EndpointSpec"] = std::move(endpoint);
  context.add_json("POST", "/services/create", body);
  return {};
}

/// The present specification goes with it, which only the engine knows.
base::Result<void> update_swarm(const Words& words, CommandContext& context) {
  Object body;
  if (words.is_on("autolock")) body["EncryptionConfig"] = {{"AutoLockManagers", true}};
  context.add("GET", "/swarm");
  context.add_json("POST",
                   "/swarm/update",
                   body,
                   {{"rotateManagerToken", "false"},
                    {"rotateManagerUnlockKey", "false"},
                    {"rotateWorkerToken", "false"},
                    {"version", "0"}});
  if (words.is_on("autolock")) context.add("GET", "/swarm/unlockkey");
  context.note("the swarm's present specification goes with it");
  return {};
}

base::Result<void> join_token(const Words& words, CommandContext& context) {
  const std::string& role = words.arguments().front();
  if (role != "worker" && role != "manager")
    return fail(Code::InvalidArgument, "a token is for a worker or a manager");
  context.add("GET", "/swarm");
  if (words.is_on("rotate")) {
    context.add_json("POST",
                     "/swarm/update",
                     Object(),
                     {{"rotateManagerToken", role == "manager" ? "true" : "false"},
                      {"rotateManagerUnlockKey", "false"},
                      {"rotateWorkerToken", role == "worker" ? "true" : "false"},
                      {"version", "0"}});
    context.note("the swarm's present specification goes with it");
  }
  context.add("GET", "/info");
  return {};
}

/// What else stands in the specification, and its number, only the engine knows.
base::Result<void> update_node(const Words& words, CommandContext& context) {
  Object body;
  if (words.has("availability")) body["Availability"] = words.value("availability");
  if (words.has("role")) body["Role"] = words.value("role");
  set_if(body, "Labels", parse_map(words.values("label-add")));
  for (const std::string& name : words.arguments()) {
    context.add("GET", "/nodes/" + name);
    context.add_json("POST", "/nodes/" + name + "/update", body, {{"version", "0"}});
  }
  context.note("the node's present specification goes with it");
  return {};
}

base::Result<void> scale(const Words& words, CommandContext& context) {
  for (const std::string& text : words.arguments()) {
    const auto [name, count] = key_and_value(text);
    const Object body{{"Mode", {{"Replicated", {{"Replicas", PQ_TRY(parse_integer(count))}}}}}};
    context.add("GET", "/services/" + name, {{"insertDefaults", "false"}});
    context.add_json("POST", "/services/" + name + "/update", body, {{"version", "0"}});
  }
  context.note("the service's present specification goes with it");
  return {};
}

/// A secret's content plays no part in a decision and is not read.
base::Result<void> create_secret(const Words& words, CommandContext& context) {
  Object body{{"Name", words.arguments().front()}};
  set_if(body, "Labels", parse_map(words.values("label")));
  set_if(body, "Driver", boost::json::string(words.value("driver")));
  body["Data"] = "";
  context.add_json("POST", "/secrets/create", body);
  return {};
}

base::Result<void> create_config(const Words& words, CommandContext& context) {
  Object body{{"Name", words.arguments().front()}};
  set_if(body, "Labels", parse_map(words.values("label")));
  body["Data"] = "";
  context.add_json("POST", "/configs/create", body);
  return {};
}

base::Result<void> service_logs(const Words& words, CommandContext& context) {
  const std::string path = "/services/" + words.arguments().front();
  context.add("GET", path, {{"insertDefaults", "false"}});
  context.add("GET",
              path + "/logs",
              {{"details", "1"},
               {"follow", words.is_on("follow") ? "1" : ""},
               {"stderr", "1"},
               {"stdout", "1"},
               {"tail", words.value("tail", "all")}});
  return {};
}

constexpr std::string_view kServiceFlags =
    "cap-add= cap-drop= config= constraint= container-label= credential-spec= d,detach dns= "
    "dns-option= dns-search= endpoint-mode= entrypoint= e,env= env-file= generic-resource= group= "
    "health-cmd= health-interval= health-retries= health-start-period= health-timeout= host= "
    "hostname= init isolation= l,label= limit-cpu= limit-memory= limit-pids= log-driver= log-opt= "
    "max-concurrent= mode= mount= name= network= no-healthcheck no-resolve-image oom-score-adj= "
    "placement-pref= p,publish= q,quiet read-only replicas= replicas-max-per-node= reserve-cpu= "
    "reserve-memory= restart-condition= restart-delay= restart-max-attempts= restart-window= "
    "rollback-delay= rollback-failure-action= rollback-max-failure-ratio= rollback-monitor= "
    "rollback-order= rollback-parallelism= secret= stop-grace-period= stop-signal= sysctl= t,tty "
    "ulimit= update-delay= update-failure-action= update-max-failure-ratio= update-monitor= "
    "update-order= update-parallelism= u,user= with-registry-auth w,workdir=";
constexpr std::string_view kInitFlags =
    "advertise-addr= autolock availability= cert-expiry= data-path-addr= data-path-port= "
    "default-addr-pool= default-addr-pool-mask-length= dispatcher-heartbeat= external-ca= "
    "force-new-cluster listen-addr= max-snapshots= snapshot-interval= task-history-limit=";
constexpr std::size_t kMany = kManyArguments;

constexpr Command kCommands[] = {
    {"swarm init", kInitFlags, 0, 0, &init, {}},
    {"swarm join",
     "advertise-addr= availability= data-path-addr= listen-addr= token=",
     1,
     1,
     &join,
     {}},
    {"swarm leave", "f,force", 0, 0, nullptr, {"POST", "/swarm/leave", "force"}},
    {"swarm update",
     "autolock cert-expiry= dispatcher-heartbeat= external-ca= max-snapshots= snapshot-interval= "
     "task-history-limit=",
     0,
     0,
     &update_swarm,
     {}},
    {"swarm join-token", "q,quiet rotate", 1, 1, &join_token, {}},
    {"swarm unlock-key", "q,quiet rotate", 0, 0, nullptr, {"GET", "/swarm/unlockkey", ""}},
    {"service create", kServiceFlags, 1, kMany, &create_service, {}, FlagPlaces::BeforeArguments},
    {"service rm|service remove", "", 1, kMany, nullptr, {"DELETE", "/services/{}", ""}},
    {"service ls|service list",
     "f,filter= format= q,quiet",
     0,
     0,
     [](const Words& words, CommandContext& context) -> base::Result<void> {
       context.add(
           "GET",
           "/services",
           {{"filters", PQ_TRY(encode_filters(words.values("filter")))}, {"status", "true"}});
       return {};
     },
     {}},
    {"service inspect",
     "f,format= pretty",
     1,
     kMany,
     [](const Words& words, CommandContext& context) -> base::Result<void> {
       for (const std::string& name : words.arguments())
         context.add("GET", "/services/" + name, {{"insertDefaults", "true"}});
       return {};
     },
     {}},
    {"service scale", "d,detach", 1, kMany, &scale, {}},
    {"service logs",
     "details f,follow no-resolve no-task-ids no-trunc raw since= n,tail= t,timestamps",
     1,
     1,
     &service_logs,
     {}},
    {"node ls|node list", "f,filter= format= q,quiet", 0, 0, nullptr, {"GET", "/nodes", "filters"}},
    {"node inspect", "f,format= pretty", 1, kMany, nullptr, {"GET", "/nodes/{}", ""}},
    {"node rm|node remove", "f,force", 1, kMany, nullptr, {"DELETE", "/nodes/{}", "force"}},
    {"node update", "availability= label-add= label-rm= role=", 1, 1, &update_node, {}},
    {"secret create", "d,driver= l,label= template-driver=", 1, 2, &create_secret, {}},
    {"secret rm|secret remove", "", 1, kMany, nullptr, {"DELETE", "/secrets/{}", ""}},
    {"secret ls|secret list",
     "f,filter= format= q,quiet",
     0,
     0,
     nullptr,
     {"GET", "/secrets", "filters"}},
    {"secret inspect", "f,format= pretty", 1, kMany, nullptr, {"GET", "/secrets/{}", ""}},
    {"config create", "l,label= template-driver=", 1, 2, &create_config, {}},
    {"config rm|config remove", "", 1, kMany, nullptr, {"DELETE", "/configs/{}", ""}},
    {"config ls|config list",
     "f,filter= format= q,quiet",
     0,
     0,
     nullptr,
     {"GET", "/configs", "filters"}},
    {"config inspect", "f,format= pretty", 1, kMany, nullptr, {"GET", "/configs/{}", ""}},
};

} // namespace

std::span<const Command> swarm_commands() {
  return kCommands;
}

} // namespace portique::access
