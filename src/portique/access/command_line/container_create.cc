// Follows what docker/cli sends (cli/command/container/opts.go), seen by a test. Members that would
// hold nothing are left out: the engine treats both alike.

#include "portique/access/command_line/container_create.h"

#include <algorithm>

#include "portique/access/command_line/command_values.h"
#include "portique/access/command_line/mount_flags.h"
#include "portique/access/command_line/port_flags.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

using Object = boost::json::object;

boost::json::value text_value(const Words& words, std::string_view flag) {
  return boost::json::string(words.value(flag));
}

base::Result<void>
set_integers(Object& object,
             const Words& words,
             std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  for (const auto& [member, flag] : members)
    if (words.has(flag)) set_if(object, member, PQ_TRY(parse_integer(words.value(flag))));
  return {};
}

base::Result<void>
set_sizes(Object& object,
          const Words& words,
          std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  for (const auto& [member, flag] : members)
    if (words.has(flag))
      set_if(object, member, PQ_TRY(parse_bytes_or_unlimited(words.value(flag))));
  return {};
}

void set_texts(Object& object,
               const Words& words,
               std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  for (const auto& [member, flag] : members)
    set_if(object, member, text_value(words, flag));
}

void set_lists(Object& object,
               const Words& words,
               std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  for (const auto& [member, flag] : members)
    set_if(object, member, strings(words.values(flag)));
}

base::Result<void> add_health(Object& body, const Words& words) {
  if (words.is_on("no-healthcheck")) {
    body["Healthcheck"] = {{"Test", {"NONE"}}};
    return {};
  }
  Object health;
  if (words.has("health-cmd")) health["Test"] = {"CMD-SHELL", words.value("health-cmd")};
  for (const auto& [member, flag] : {std::pair{"Interval", "health-interval"},
                                     std::pair{"Timeout", "health-timeout"},
                                     std::pair{"StartPeriod", "health-start-period"},
                                     std::pair{"StartInterval", "health-start-interval"}})
    if (words.has(flag)) set_if(health, member, PQ_TRY(parse_duration(words.value(flag))));
  PQ_TRY(set_integers(health, words, {{"Retries", "health-retries"}}));
  set_if(body, "Healthcheck", std::move(health));
  return {};
}

void add_attachments(ContainerBody& made, const Words& words) {
  std::vector<std::string> streams = words.values("attach");
  if (streams.empty() && !words.is_on("detach")) {
    streams = {"stdout", "stderr"};
    if (words.is_on("interactive")) streams.emplace_back("stdin");
  }
  const auto wanted = [&](std::string_view stream) {
    return std::ranges::any_of(
        streams, [&](const std::string& one) { return base::equals_ignore_case(one, stream); });
  };
  made.attach_in = wanted("stdin");
  made.attach_out = wanted("stdout");
  made.attach_error = wanted("stderr");
  set_if(made.body, "AttachStdin", made.attach_in);
  set_if(made.body, "AttachStdout", made.attach_out);
  set_if(made.body, "AttachStderr", made.attach_error);
  set_if(made.body, "Tty", words.is_on("tty"));
  set_if(made.body, "OpenStdin", words.is_on("interactive"));
  set_if(made.body, "StdinOnce", words.is_on("interactive") && made.attach_in);
}

base::Result<void>
add_mounts(Object& body, Object& host, const Words& words, const CommandContext& context) {
  std::vector<std::string> binds;
  Object volumes;
  for (const std::string& text : words.values("volume")) {
    const VolumeFlag volume = PQ_TRY(parse_volume_flag(text, context));
    if (volume.bind.empty())
      volumes[volume.anonymous] = Object();
    else
      binds.push_back(volume.bind);
  }
  set_if(body, "Volumes", std::move(volumes));
  set_if(host, "Binds", strings(binds));
  boost::json::array mounts;
  for (const std::string& text : words.values("mount"))
    mounts.push_back(PQ_TRY(parse_mount_flag(text, context)));
  if (words.is_on("use-api-socket"))
    mounts.push_back(Object{{"Type", "bind"},
                            {"Source", context.options().engine_socket},
                            {"Target", "/var/run/docker.sock"}});
  set_if(host, "Mounts", std::move(mounts));
  set_if(host, "Tmpfs", parse_tmpfs_flags(words.values("tmpfs")));
  set_lists(host, words, {{"VolumesFrom", "volumes-from"}});
  set_texts(host, words, {{"VolumeDriver", "volume-driver"}});
  return {};
}

/// "vendor.com/class=name" is a device of the Container Device Interface.
bool is_cdi(const std::string& text) {
  return !text.starts_with('/') && text.contains('/') && text.contains('=');
}

base::Result<Object> gpu_request(const std::string& text) {
  Object request{{"Count", 0}};
  std::vector<std::string> capabilities;
  for (const std::string& field : PQ_TRY(parse_csv(text))) {
    auto [key, value] = key_and_value(field);
    if (!field.contains('=')) std::tie(key, value) = std::pair("count", key);
    if (key == "count")
      request["Count"] = value == "all" ? -1 : PQ_TRY(parse_integer(value));
    else if (key == "driver")
      request["Driver"] = value;
    else if (key == "device")
      request["DeviceIDs"] = strings(PQ_TRY(parse_csv(value)));
    else if (key == "capabilities")
      capabilities = PQ_TRY(parse_csv(value));
    else if (key == "options")
      request["Options"] = parse_map(PQ_TRY(parse_csv(value)));
    else
      return fail(Code::InvalidArgument, "--gpus: unknown option '" + base::printable(key) + "'");
  }
  if (std::ranges::find(capabilities, "gpu") == capabilities.end())
    capabilities.emplace_back("gpu");
  request["Capabilities"] = boost::json::array{strings(capabilities)};
  return request;
}

base::Result<void> add_devices(Object& host, const Words& words) {
  boost::json::array devices;
  boost::json::array requests;
  std::vector<std::string> cdi;
  for (const std::string& text : words.values("gpus"))
    requests.push_back(PQ_TRY(gpu_request(text)));
  for (const std::string& text : words.values("device")) {
    if (is_cdi(text)) {
      cdi.push_back(text);
      continue;
    }
    const auto parts = base::split(text, ':');
    if (parts.size() > 3)
      return fail(Code::InvalidArgument, "'" + base::printable(text) + "' is no device");
    const bool mode_second = parts.size() == 2 && !parts[1].empty() &&
                             parts[1].find_first_not_of("rwm") == std::string_view::npos;
    const std::string_view inside = parts.size() > 1 && !mode_second ? parts[1] : parts[0];
    const std::string_view mode = parts.size() == 3 ? parts[2] : mode_second ? parts[1] : "rwm";
    devices.push_back(
        {{"PathOnHost", parts[0]}, {"PathInContainer", inside}, {"CgroupPermissions", mode}});
  }
  if (!cdi.empty()) requests.push_back(Object{{"Driver", "cdi"}, {"DeviceIDs", strings(cdi)}});
  set_if(host, "Devices", std::move(devices));
  set_if(host, "DeviceRequests", std::move(requests));
  set_lists(host, words, {{"DeviceCgroupRules", "device-cgroup-rule"}});
  return {};
}

/// A seccomp profile is sent itself, not its file's name.
base::Result<void> add_security(Object& host, const Words& words, const CommandContext& context) {
  std::vector<std::string> options;
  for (const std::string& text : words.values("security-opt")) {
    const std::size_t mark = text.contains('=') ? text.find('=') : text.find(':');
    const std::string key = text.substr(0, mark);
    const std::string value = mark == std::string::npos ? "" : text.substr(mark + 1);
    if (mark == std::string::npos && key != "no-new-privileges")
      return fail(Code::InvalidArgument,
                  "--security-opt '" + base::printable(text) + "' has no value");
    if (key == "systempaths" && value == "unconfined") {
      host["MaskedPaths"] = boost::json::array();
      host["ReadonlyPaths"] = boost::json::array();
    } else if (key == "seccomp" && value != "unconfined" && value != "builtin") {
      const std::string profile = PQ_TRY(context.read_file(value));
      const boost::json::value json =
          PQ_TRY(base::at("seccomp profile " + value, base::parse_json(profile)));
      options.push_back("seccomp=" + boost::json::serialize(json));
    } else {
      options.push_back(text);
    }
  }
  set_if(host, "SecurityOpt", strings(options));
  return {};
}

base::Result<void> add_throttles(Object& host, const Words& words) {
  for (const auto& [member, flag] : {std::pair{"BlkioDeviceReadBps", "device-read-bps"},
                                     std::pair{"BlkioDeviceWriteBps", "device-write-bps"},
                                     std::pair{"BlkioDeviceReadIOps", "device-read-iops"},
                                     std::pair{"BlkioDeviceWriteIOps", "device-write-iops"},
                                     std::pair{"BlkioWeightDevice", "blkio-weight-device"}}) {
    boost::json::array list;
    for (const std::string& text : words.values(flag)) {
      const std::size_t colon = text.find(':');
      if (colon == std::string::npos)
        return fail(Code::InvalidArgument,
                    "'" + base::printable(text) + "' is no rate of a device");
      const std::int64_t rate = PQ_TRY(parse_bytes(text.substr(colon + 1)));
      const bool weight = std::string_view(flag) == "blkio-weight-device";
      list.push_back({{"Path", text.substr(0, colon)}, {weight ? "Weight" : "Rate", rate}});
    }
    set_if(host, member, std::move(list));
  }
  return {};
}

base::Result<void> add_resources(Object& host, const Words& words) {
  PQ_TRY(set_sizes(host,
                   words,
                   {{"Memory", "memory"},
                    {"MemoryReservation", "memory-reservation"},
                    {"MemorySwap", "memory-swap"},
                    {"ShmSize", "shm-size"}}));
  if (words.has("cpus")) set_if(host, "NanoCpus", PQ_TRY(parse_cpus(words.value("cpus"))));
  PQ_TRY(set_integers(host,
                      words,
                      {{"CpuShares", "cpu-shares"},
                       {"CpuPeriod", "cpu-period"},
                       {"CpuQuota", "cpu-quota"},
                       {"CpuRealtimePeriod", "cpu-rt-period"},
                       {"CpuRealtimeRuntime", "cpu-rt-runtime"},
                       {"PidsLimit", "pids-limit"},
                       {"BlkioWeight", "blkio-weight"},
                       {"OomScoreAdj", "oom-score-adj"}}));
  host["MemorySwappiness"] = PQ_TRY(parse_integer(words.value("memory-swappiness", "-1")));
  set_texts(host, words, {{"CpusetCpus", "cpuset-cpus"}, {"CpusetMems", "cpuset-mems"}});
  set_if(host, "OomKillDisable", words.is_on("oom-kill-disable"));
  set_if(host, "Ulimits", PQ_TRY(parse_ulimits(words.values("ulimit"))));
  return add_throttles(host, words);
}

/// "name=frontend,alias=www,ip=10.0.0.1", or just the name.
base::Result<std::pair<std::string, Object>> network_flag(const std::string& text) {
  std::string name = text;
  Object endpoint;
  if (!text.contains('=')) return std::pair(name, endpoint);
  boost::json::array aliases;
  Object address;
  Object options;
  for (const std::string& field : PQ_TRY(parse_csv(text))) {
    const auto [key, value] = key_and_value(field);
    if (key == "name")
      name = value;
    else if (key == "alias")
      aliases.emplace_back(value);
    else if (key == "ip")
      address["IPv4Address"] = value;
    else if (key == "ip6")
      address["IPv6Address"] = value;
    else if (key == "mac-address")
      endpoint["MacAddress"] = value;
    else if (key == "driver-opt")
      options.insert(parse_map({value}).begin(), parse_map({value}).end());
    else
      return fail(Code::InvalidArgument,
                  "--network: unknown option '" + base::printable(key) + "'");
  }
  set_if(endpoint, "IPAMConfig", std::move(address));
  set_if(endpoint, "Aliases", std::move(aliases));
  set_if(endpoint, "DriverOpts", std::move(options));
  return std::pair(name, endpoint);
}

bool is_user_defined(const std::string& network) {
  return network != "default" && network != "bridge" && network != "host" && network != "none" &&
         !network.starts_with("container:");
}

base::Result<void> add_networks(Object& body, Object& host, const Words& words) {
  std::vector<std::string> texts = words.values("network");
  if (texts.empty()) texts.emplace_back("default");
  Object endpoints;
  bool first = true;
  for (const std::string& text : texts) {
    auto [name, endpoint] = PQ_TRY(network_flag(text));
    if (first) {
      host["NetworkMode"] = name;
      Object address;
      set_texts(address, words, {{"IPv4Address", "ip"}, {"IPv6Address", "ip6"}});
      set_lists(address, words, {{"LinkLocalIPs", "link-local-ip"}});
      set_if(endpoint, "IPAMConfig", std::move(address));
      set_lists(endpoint, words, {{"Aliases", "network-alias"}});
      set_texts(endpoint, words, {{"MacAddress", "mac-address"}});
      if (is_user_defined(name)) set_lists(endpoint, words, {{"Links", "link"}});
    }
    // The links of containers are another matter on the default network.
    if (first && !is_user_defined(name)) set_lists(host, words, {{"Links", "link"}});
    first = false;
    if (name != "host" && name != "none" && !name.starts_with("container:"))
      endpoints[name] = std::move(endpoint);
  }
  if (!endpoints.empty()) body["NetworkingConfig"] = {{"EndpointsConfig", std::move(endpoints)}};
  std::vector<std::string> hosts = words.values("add-host");
  for (std::string& one : hosts)
    if (const std::size_t equals = one.find('='); equals != std::string::npos) one[equals] = ':';
  set_if(host, "ExtraHosts", strings(hosts));
  set_lists(
      host, words, {{"Dns", "dns"}, {"DnsSearch", "dns-search"}, {"DnsOptions", "dns-option"}});
  return {};
}

base::Result<Object> host_config(Object& body, const Words& words, const CommandContext& context) {
  Object host;
  PQ_TRY(add_mounts(body, host, words, context));
  PQ_TRY(add_devices(host, words));
  PQ_TRY(add_security(host, words, context));
  PQ_TRY(add_resources(host, words));
  PQ_TRY(add_networks(body, host, words));
  set_if(host, "Privileged", words.is_on("privileged"));
  set_if(host, "AutoRemove", words.is_on("rm"));
  set_if(host, "ReadonlyRootfs", words.is_on("read-only"));
  set_if(host, "PublishAllPorts", words.is_on("publish-all"));
  if (words.has("init")) host["Init"] = words.is_on("init");
  set_if(host, "CapAdd", parse_capabilities(words.values("cap-add")));
  set_if(host, "CapDrop", parse_capabilities(words.values("cap-drop")));
  set_texts(host,
            words,
            {{"PidMode", "pid"},
             {"IpcMode", "ipc"},
             {"UTSMode", "uts"},
             {"UsernsMode", "userns"},
             {"CgroupnsMode", "cgroupns"},
             {"CgroupParent", "cgroup-parent"},
             {"ContainerIDFile", "cidfile"},
             {"Runtime", "runtime"},
             {"Isolation", "isolation"}});
  set_lists(host, words, {{"GroupAdd", "group-add"}});
  set_if(host, "Sysctls", parse_map(words.values("sysctl")));
  set_if(host, "StorageOpt", parse_map(words.values("storage-opt")));
  set_if(host, "Annotations", parse_map(words.values("annotation")));
  host["RestartPolicy"] = PQ_TRY(parse_restart_policy(words.value("restart", "no")));
  Object log;
  set_texts(log, words, {{"Type", "log-driver"}});
  set_if(log, "Config", parse_map(words.values("log-opt")));
  set_if(host, "LogConfig", std::move(log));
  return host;
}

} // namespace

base::Result<ContainerBody> container_body(const Words& words, const CommandContext& context) {
  ContainerBody made;
  Object& body = made.body;
  add_attachments(made, words);
  set_texts(body,
            words,
            {{"Hostname", "hostname"},
             {"Domainname", "domainname"},
             {"User", "user"},
             {"WorkingDir", "workdir"},
             {"StopSignal", "stop-signal"}});
  set_if(body, "Env", strings(PQ_TRY(read_environment(words, context))));
  const std::vector<std::string>& arguments = words.arguments();
  set_if(body, "Cmd", strings({arguments.begin() + 1, arguments.end()}));
  body["Image"] = arguments.front();
  if (words.has("entrypoint")) body["Entrypoint"] = {words.value("entrypoint")};
  set_if(body, "Labels", PQ_TRY(read_labels(words, context)));
  PQ_TRY(add_health(body, words));
  PQ_TRY(set_integers(body, words, {{"StopTimeout", "stop-timeout"}}));
  PortFlags ports = PQ_TRY(parse_port_flags(words.values("publish"), words.values("expose")));
  set_if(body, "ExposedPorts", std::move(ports.exposed));
  Object host = PQ_TRY(host_config(body, words, context));
  set_if(host, "PortBindings", std::move(ports.bindings));
  body["HostConfig"] = std::move(host);
  return made;
}

} // namespace portique::access
