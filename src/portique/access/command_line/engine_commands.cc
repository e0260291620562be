// Commands about volumes, networks, plugins and the engine itself.

#include "portique/access/command_line/command.h"
#include "portique/access/command_line/command_values.h"
#include "portique/base/text.h"
#include "portique/image/reference.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

base::Result<void> create_volume(const Words& words, CommandContext& context) {
  boost::json::object body{{"Driver", words.value("driver", "local")}};
  set_if(body, "DriverOpts", parse_map(words.values("opt")));
  set_if(body, "Labels", parse_map(words.values("label")));
  const std::string name =
      words.arguments().empty() ? words.value("name") : words.arguments().front();
  set_if(body, "Name", boost::json::string(name));
  context.add_json("POST", "/volumes/create", body);
  return {};
}

/// --subnet, --gateway and --ip-range belong together in their order.
boost::json::array address_pools(const Words& words) {
  const auto at = [](const std::vector<std::string>& list, std::size_t index) {
    return boost::json::string(index < list.size() ? list[index] : "");
  };
  const auto subnets = words.values("subnet");
  const auto gateways = words.values("gateway");
  const auto ranges = words.values("ip-range");
  boost::json::array pools;
  for (std::size_t i = 0; i < std::max({subnets.size(), gateways.size(), ranges.size()}); ++i) {
    boost::json::object pool;
    set_if(pool, "Subnet", at(subnets, i));
    set_if(pool, "IPRange", at(ranges, i));
    set_if(pool, "Gateway", at(gateways, i));
    pools.push_back(std::move(pool));
  }
  return pools;
}

base::Result<void> create_network(const Words& words, CommandContext& context) {
  boost::json::object addresses{{"Driver", words.value("ipam-driver", "default")}};
  set_if(addresses, "Config", address_pools(words));
  set_if(addresses, "Options", parse_map(words.values("ipam-opt")));
  boost::json::object body{{"Name", words.arguments().front()},
                           {"CheckDuplicate", true},
                           {"Driver", words.value("driver", "bridge")},
                           {"IPAM", std::move(addresses)}};
  for (const auto& [member, flag] : {std::pair{"EnableIPv6", "ipv6"},
                                     {"Internal", "internal"},
                                     {"Attachable", "attachable"},
                                     {"Ingress", "ingress"},
                                     {"ConfigOnly", "config-only"}})
    set_if(body, member, words.is_on(flag));
  if (words.has("config-from")) body["ConfigFrom"] = {{"Network", words.value("config-from")}};
  set_if(body, "Scope", boost::json::string(words.value("scope")));
  set_if(body, "Options", parse_map(words.values("opt")));
  set_if(body, "Labels", parse_map(words.values("label")));
  context.add_json("POST", "/networks/create", body);
  return {};
}

base::Result<void> connect(const Words& words, CommandContext& context) {
  boost::json::object address;
  set_if(address, "IPv4Address", boost::json::string(words.value("ip")));
  set_if(address, "IPv6Address", boost::json::string(words.value("ip6")));
  set_if(address, "LinkLocalIPs", strings(words.values("link-local-ip")));
  boost::json::object endpoint;
  set_if(endpoint, "IPAMConfig", std::move(address));
  set_if(endpoint, "Aliases", strings(words.values("alias")));
  set_if(endpoint, "Links", strings(words.values("link")));
  set_if(endpoint, "DriverOpts", parse_map(words.values("driver-opt")));
  boost::json::object body{{"Container", words.arguments()[1]}};
  set_if(body, "EndpointConfig", std::move(endpoint));
  context.add_json("POST", "/networks/" + words.arguments()[0] + "/connect", body);
  return {};
}

base::Result<void> disconnect(const Words& words, CommandContext& context) {
  boost::json::object body{{"Container", words.arguments()[1]}};
  set_if(body, "Force", words.is_on("force"));
  context.add_json("POST", "/networks/" + words.arguments()[0] + "/disconnect", body);
  return {};
}

base::Result<void> remove_network(const Words& words, CommandContext& context) {
  for (const std::string& name : words.arguments()) {
    context.add("GET", "/networks/" + name);
    context.add("DELETE", "/networks/" + name);
  }
  return {};
}

base::Result<void> prune_all(const Words& words, CommandContext& context) {
  const auto filters = words.values("filter");
  const std::string encoded = PQ_TRY(encode_filters(filters));
  auto images = filters;
  images.insert(images.begin(), words.is_on("all") ? "dangling=false" : "dangling=true");
  context.add("POST", "/containers/prune", {{"filters", encoded}});
  context.add("POST", "/networks/prune", {{"filters", encoded}});
  if (words.is_on("volumes")) context.add("POST", "/volumes/prune", {{"filters", encoded}});
  context.add("POST", "/images/prune", {{"filters", PQ_TRY(encode_filters(images))}});
  context.add(
      "POST", "/build/prune", {{"all", words.is_on("all") ? "1" : ""}, {"filters", encoded}});
  return {};
}

base::Result<void> login(const Words& words, CommandContext& context) {
  boost::json::object body;
  set_if(body, "username", boost::json::string(words.value("username")));
  // A decision needs no password, and the trail must not get one.
  body["password"] = "";
  body["serveraddress"] =
      words.arguments().empty() ? "https://index.docker.io/v1/" : words.arguments().front();
  context.add_json("POST", "/auth", body);
  return {};
}

base::Result<void> install_plugin(const Words& words, CommandContext& context) {
  const auto& arguments = words.arguments();
  const auto reference = PQ_TRY(image::parse_reference(arguments.front()));
  // Without a tag the client names none.
  const bool tagged = arguments.front().ends_with(":" + reference.tag);
  const std::string remote =
      tagged || !reference.digest.empty() ? reference.text() : reference.name();
  std::string alias = words.value("alias");
  if (!alias.empty() && !alias.contains(':')) alias += ":latest";
  const std::string path = "/plugins/" + (alias.empty() ? arguments.front() : alias);
  context.add("GET", "/plugins/privileges", {{"remote", remote}});
  context.add_json(
      "POST", "/plugins/pull", boost::json::array(), {{"name", alias}, {"remote", remote}});
  context.note("the privileges that the plugin wants are known to its registry only");
  if (arguments.size() > 1)
    context.add_json("POST", path + "/set", strings({arguments.begin() + 1, arguments.end()}));
  if (!words.is_on("disable")) context.add("POST", path + "/enable", {{"timeout", "0"}});
  return {};
}

base::Result<void> set_plugin(const Words& words, CommandContext& context) {
  const auto& arguments = words.arguments();
  context.add_json("POST",
                   "/plugins/" + arguments[0] + "/set",
                   strings({arguments.begin() + 1, arguments.end()}));
  return {};
}

base::Result<void> enable_plugin(const Words& words, CommandContext& context) {
  context.add("POST",
              "/plugins/" + words.arguments().front() + "/enable",
              {{"timeout", words.value("timeout", "30")}});
  return {};
}

constexpr std::string_view kNetworkFlags =
    "attachable aux-address= config-from= config-only d,driver= gateway= ingress internal "
    "ip-range= ipam-driver= ipam-opt= ipv4 ipv6 label= o,opt= scope= subnet=";
constexpr std::size_t kMany = kManyArguments;

constexpr Command kCommands[] = {
    {"volume create",
     "availability= d,driver= group= label= limit-bytes= name= o,opt= required-bytes= scope= "
     "secret= sharing= topology-preferred= topology-required= type=",
     0,
     1,
     &create_volume,
     {}},
    {"volume rm|volume remove", "f,force", 1, kMany, nullptr, {"DELETE", "/volumes/{}", "force"}},
    {"volume ls|volume list",
     "cluster f,filter= format= q,quiet",
     0,
     0,
     nullptr,
     {"GET", "/volumes", "filters"}},
    {"volume inspect", "f,format=", 1, kMany, nullptr, {"GET", "/volumes/{}", ""}},
    {"volume prune", "a,all f,force filter=", 0, 0, nullptr, {"POST", "/volumes/prune", "filters"}},
    {"network create", kNetworkFlags, 1, 1, &create_network, {}},
    {"network connect",
     "alias= driver-opt= gw-priority= ip= ip6= link= link-local-ip=",
     2,
     2,
     &connect,
     {}},
    {"network disconnect", "f,force", 2, 2, &disconnect, {}},
    {"network rm|network remove", "f,force", 1, kMany, &remove_network, {}},
    {"network ls|network list",
     "f,filter= format= no-trunc q,quiet",
     0,
     0,
     nullptr,
     {"GET", "/networks", "filters"}},
    {"network inspect", "f,format= v,verbose", 1, kMany, nullptr, {"GET", "/networks/{}", ""}},
    {"network prune", "f,force filter=", 0, 0, nullptr, {"POST", "/networks/prune", "filters"}},
    {"system prune", "a,all f,force filter= volumes", 0, 0, &prune_all, {}},
    {"system df", "format= v,verbose", 0, 0, nullptr, {"GET", "/system/df", ""}},
    {"info|system info", "f,format=", 0, 0, nullptr, {"GET", "/info", ""}},
    {"version", "f,format=", 0, 0, nullptr, {"GET", "/version", ""}},
    {"events|system events",
     "f,filter= format= since= until=",
     0,
     0,
     nullptr,
     {"GET", "/events", "filters since until"}},
    {"login", "p,password= password-stdin u,username=", 0, 1, &login, {}},
    {"plugin install",
     "alias= disable disable-content-trust grant-all-permissions",
     1,
     kMany,
     &install_plugin,
     {}},
    {"plugin set", "", 2, kMany, &set_plugin, {}},
    {"plugin enable", "timeout=", 1, 1, &enable_plugin, {}},
    {"plugin disable", "f,force", 1, 1, nullptr, {"POST", "/plugins/{}/disable", "force"}},
    {"plugin rm|plugin remove", "f,force", 1, kMany, nullptr, {"DELETE", "/plugins/{}", "force"}},
    {"plugin ls|plugin list",
     "f,filter= format= no-trunc q,quiet",
     0,
     0,
     nullptr,
     {"GET", "/plugins", "filters"}},
    {"plugin inspect", "f,format=", 1, kMany, nullptr, {"GET", "/plugins/{}/json", ""}},
    {"plugin push", "disable-content-trust", 1, 1, nullptr, {"POST", "/plugins/{}/push", ""}},
};

} // namespace

std::span<const Command> engine_commands() {
  return kCommands;
}

} // namespace portique::access
