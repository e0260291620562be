// Commands about containers.

#include "portique/access/command_line/command.h"
#include "portique/access/command_line/command_values.h"
#include "portique/access/command_line/container_create.h"
#include "portique/image/reference.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

std::string of_container(std::string_view name, std::string_view what) {
  return "/containers/" + std::string(name) + std::string(what);
}

base::Result<void>
add_create(const Words& words, const ContainerBody& made, CommandContext& context) {
  const std::string& image = words.arguments().front();
  const auto reference = image::parse_reference(image);
  const Query pull = reference ? Query{{"fromImage", reference->name()},
                                       {"platform", words.value("platform")},
                                       {"tag", reference->version()}}
                               : Query{};
  const std::string when = words.value("pull", "missing");
  if (when == "always" && reference)
    context.add("POST", "/images/create", pull);
  else if (when == "missing")
    context.note("if the engine does not have the image, it is pulled (POST /images/create), and "
                 "the container created once more");
  context.add_json("POST",
                   "/containers/create",
                   made.body,
                   {{"name", words.value("name")}, {"platform", words.value("platform")}});
  return {};
}

base::Result<void> create(const Words& words, CommandContext& context) {
  return add_create(words, PQ_TRY(container_body(words, context)), context);
}

base::Result<void> run(const Words& words, CommandContext& context) {
  const ContainerBody made = PQ_TRY(container_body(words, context));
  PQ_TRY(add_create(words, made, context));
  if (!words.is_on("detach"))
    context.add_upgrade(of_container(kNewContainer, "/attach"),
                        {{"detachKeys", words.value("detach-keys")},
                         {"stderr", made.attach_error ? "1" : ""},
                         {"stdin", made.attach_in ? "1" : ""},
                         {"stdout", made.attach_out ? "1" : ""},
                         {"stream", "1"}},
                        nullptr);
  context.add("POST",
              of_container(kNewContainer, "/wait"),
              {{"condition", words.is_on("rm") ? "removed" : "next-exit"}});
  context.add("POST", of_container(kNewContainer, "/start"));
  return {};
}

base::Result<void> exec(const Words& words, CommandContext& context) {
  const std::vector<std::string>& arguments = words.arguments();
  const bool detach = words.is_on("detach");
  boost::json::object body;
  set_if(body, "User", boost::json::string(words.value("user")));
  set_if(body, "Privileged", words.is_on("privileged"));
  set_if(body, "Tty", words.is_on("tty"));
  set_if(body, "AttachStdin", !detach && words.is_on("interactive"));
  set_if(body, "AttachStderr", !detach);
  set_if(body, "AttachStdout", !detach);
  set_if(body, "Detach", detach);
  set_if(body, "DetachKeys", boost::json::string(words.value("detach-keys")));
  set_if(body, "Env", strings(PQ_TRY(read_environment(words, context))));
  set_if(body, "WorkingDir", boost::json::string(words.value("workdir")));
  body["Cmd"] = strings({arguments.begin() + 1, arguments.end()});
  context.add("GET", of_container(arguments.front(), "/json"));
  context.add_json("POST", of_container(arguments.front(), "/exec"), body);
  const std::string path = "/exec/" + std::string(kNewExec);
  const boost::json::value start{{"Detach", detach}, {"Tty", words.is_on("tty")}};
  if (detach) {
    context.add_json("POST", path + "/start", start);
    return {};
  }
  context.add_upgrade(path + "/start", {}, &start);
  context.add("GET", path + "/json");
  return {};
}

base::Result<void> start(const Words& words, CommandContext& context) {
  const bool attach = words.is_on("attach") || words.is_on("interactive");
  if (!attach) {
    for (const std::string& name : words.arguments())
      context.add("POST", of_container(name, "/start"));
    return {};
  }
  if (words.arguments().size() > 1)
    return fail(Code::InvalidArgument, "only one container can be started and attached to");
  const std::string& name = words.arguments().front();
  context.add("GET", of_container(name, "/json"));
  context.add_upgrade(of_container(name, "/attach"),
                      {{"stderr", "1"},
                       {"stdin", words.is_on("interactive") ? "1" : ""},
                       {"stdout", "1"},
                       {"stream", "1"}},
                      nullptr);
  context.add("POST", of_container(name, "/wait"), {{"condition", "next-exit"}});
  context.add("POST", of_container(name, "/start"));
  return {};
}

base::Result<void> attach(const Words& words, CommandContext& context) {
  const std::string& name = words.arguments().front();
  context.add("POST", of_container(name, "/wait"));
  context.add("GET", of_container(name, "/json"));
  context.add_upgrade(of_container(name, "/attach"),
                      {{"detachKeys", words.value("detach-keys")},
                       {"stderr", "1"},
                       {"stdin", words.is_on("no-stdin") ? "" : "1"},
                       {"stdout", "1"},
                       {"stream", "1"}},
                      nullptr);
  context.add("GET", of_container(name, "/json"));
  return {};
}

base::Result<void> update(const Words& words, CommandContext& context) {
  boost::json::object body;
  for (const auto& [member, flag] : {std::pair{"Memory", "memory"},
                                     std::pair{"MemoryReservation", "memory-reservation"},
                                     std::pair{"MemorySwap", "memory-swap"}})
    if (words.has(flag)) set_if(body, member, PQ_TRY(parse_bytes_or_unlimited(words.value(flag))));
  if (words.has("cpus")) body["NanoCpus"] = PQ_TRY(parse_cpus(words.value("cpus")));
  for (const auto& [member, flag] : {std::pair{"BlkioWeight", "blkio-weight"},
                                     std::pair{"CpuPeriod", "cpu-period"},
                                     std::pair{"CpuQuota", "cpu-quota"},
                                     std::pair{"CpuRealtimePeriod", "cpu-rt-period"},
                                     std::pair{"CpuRealtimeRuntime", "cpu-rt-runtime"},
                                     std::pair{"CpuShares", "cpu-shares"},
                                     std::pair{"PidsLimit", "pids-limit"}})
    if (words.has(flag)) body[member] = PQ_TRY(parse_integer(words.value(flag)));
  set_if(body, "CpusetCpus", boost::json::string(words.value("cpuset-cpus")));
  set_if(body, "CpusetMems", boost::json::string(words.value("cpuset-mems")));
  if (words.has("restart"))
    body["RestartPolicy"] = PQ_TRY(parse_restart_policy(words.value("restart")));
  for (const std::string& name : words.arguments())
    context.add_json("POST", of_container(name, "/update"), body);
  return {};
}

/// Whether an end of `docker cp` is in a container: "web:/path", but not "./a:b" or "/a:b".
bool is_in_container(const std::string& end) {
  const std::size_t colon = end.find(':');
  return colon != std::string::npos && colon > 0 && end[0] != '.' && end[0] != '/';
}

base::Result<void> copy(const Words& words, CommandContext& context) {
  const std::string& from = words.arguments()[0];
  const std::string& to = words.arguments()[1];
  if (is_in_container(from) == is_in_container(to))
    return fail(Code::InvalidArgument, "docker cp copies into a container or out of one");
  const std::string& end = is_in_container(from) ? from : to;
  const std::size_t colon = end.find(':');
  const std::string name = end.substr(0, colon);
  const std::string path =
      "/" + end.substr(end.find_first_not_of('/', colon + 1) == std::string::npos
                           ? end.size()
                           : end.find_first_not_of('/', colon + 1));
  if (&end == &from) {
    if (words.is_on("follow-link"))
      context.add("HEAD", of_container(name, "/archive"), {{"path", path}});
    context.add("GET", of_container(name, "/archive"), {{"path", path}});
    return {};
  }
  // If the target is a folder, the client unpacks into it, else into the folder above it.
  context.add("HEAD", of_container(name, "/archive"), {{"path", path}});
  const std::size_t slash = path.rfind('/');
  const std::string above =
      path.ends_with('/') || slash == 0 ? path.substr(0, slash + 1) : path.substr(0, slash);
  context.note("the archive is unpacked at '" + path + "' itself if that is a folder");
  context.add_stream("PUT",
                     of_container(name, "/archive"),
                     {{"copyUIDGID", words.is_on("archive") ? "true" : ""},
                      {"noOverwriteDirNonDir", "true"},
                      {"path", above}});
  return {};
}

base::Result<void> commit(const Words& words, CommandContext& context) {
  std::string repository;
  std::string tag;
  if (words.arguments().size() > 1) {
    const auto reference = PQ_TRY(image::parse_reference(words.arguments()[1]));
    repository = reference.name();
    tag = reference.version();
  }
  Query query{{"author", words.value("author")}};
  for (const std::string& change : words.values("change"))
    query.emplace_back("changes", change);
  query.emplace_back("comment", words.value("message"));
  query.emplace_back("container", words.arguments().front());
  query.emplace_back("pause", words.is_on("pause", true) ? "" : "0");
  query.emplace_back("repo", repository);
  query.emplace_back("tag", tag);
  context.add_json("POST", "/commit", boost::json::object(), query);
  return {};
}

base::Result<void> logs(const Words& words, CommandContext& context) {
  const std::string& name = words.arguments().front();
  context.add("GET", of_container(name, "/json"));
  context.add("GET",
              of_container(name, "/logs"),
              {{"details", words.is_on("details") ? "1" : ""},
               {"follow", words.is_on("follow") ? "1" : ""},
               {"since", words.value("since")},
               {"stderr", "1"},
               {"stdout", "1"},
               {"tail", words.value("tail", "all")},
               {"timestamps", words.is_on("timestamps") ? "1" : ""},
               {"until", words.value("until")}});
  return {};
}

base::Result<void> list(const Words& words, CommandContext& context) {
  context.add("GET",
              "/containers/json",
              {{"all", words.is_on("all") ? "1" : ""},
               {"filters", PQ_TRY(encode_filters(words.values("filter")))},
               {"limit", words.is_on("latest") ? "1" : words.value("last")},
               {"size", words.is_on("size") ? "1" : ""}});
  return {};
}

base::Result<void> inspect(const Words& words, CommandContext& context) {
  const std::string type = words.value("type", "container");
  const std::string ending = type == "container" || type == "image" ? "/json" : "";
  for (const std::string& name : words.arguments())
    context.add("GET", "/" + type + "s/" + name + ending);
  if (!words.has("type"))
    context.note("what is no container is looked for among images, networks, volumes, services, "
                 "tasks, nodes, plugins, secrets and configurations");
  return {};
}

base::Result<void> top(const Words& words, CommandContext& context) {
  std::string arguments;
  for (std::size_t i = 1; i < words.arguments().size(); ++i)
    arguments += (i == 1 ? "" : " ") + words.arguments()[i];
  context.add("GET", of_container(words.arguments()[0], "/top"), {{"ps_args", arguments}});
  return {};
}

constexpr std::string_view kUpdateFlags =
    "blkio-weight= cpu-period= cpu-quota= cpu-rt-period= cpu-rt-runtime= c,cpu-shares= cpus= "
    "cpuset-cpus= cpuset-mems= kernel-memory= m,memory= memory-reservation= memory-swap= "
    "pids-limit= restart=";
constexpr std::size_t kMany = kManyArguments;
constexpr FlagPlaces kBefore = FlagPlaces::BeforeArguments;

// --signal of stop and restart is sent from version 1.42 of the API on, and changes nothing here.
constexpr Command kCommands[] = {
    {"run|container run", kContainerFlags, 1, kMany, &run, {}, kBefore},
    {"create|container create", kContainerFlags, 1, kMany, &create, {}, kBefore},
    {"exec|container exec",
     "d,detach detach-keys= e,env= env-file= i,interactive privileged t,tty u,user= w,workdir=",
     2,
     kMany,
     &exec,
     {},
     kBefore},
    {"start|container start",
     "a,attach i,interactive detach-keys= checkpoint= checkpoint-dir=",
     1,
     kMany,
     &start,
     {}},
    {"attach|container attach", "no-stdin sig-proxy detach-keys=", 1, 1, &attach, {}},
    {"stop|container stop",
     "s,signal= t,time,timeout=",
     1,
     kMany,
     nullptr,
     {"POST", "/containers/{}/stop", "t=timeout"}},
    {"restart|container restart",
     "s,signal= t,time,timeout=",
     1,
     kMany,
     nullptr,
     {"POST", "/containers/{}/restart", "t=timeout"}},
    {"kill|container kill",
     "s,signal=",
     1,
     kMany,
     nullptr,
     {"POST", "/containers/{}/kill", "signal"}},
    {"pause|container pause", "", 1, kMany, nullptr, {"POST", "/containers/{}/pause", ""}},
    {"unpause|container unpause", "", 1, kMany, nullptr, {"POST", "/containers/{}/unpause", ""}},
    {"wait|container wait", "", 1, kMany, nullptr, {"POST", "/containers/{}/wait", ""}},
    {"rm|container rm|container remove",
     "f,force l,link v,volumes",
     1,
     kMany,
     nullptr,
     {"DELETE", "/containers/{}", "force link v=volumes"}},
    {"rename|container rename",
     "",
     2,
     2,
     [](const Words& words, CommandContext& context) -> base::Result<void> {
       context.add(
           "POST", of_container(words.arguments()[0], "/rename"), {{"name", words.arguments()[1]}});
       return {};
     },
     {}},
    {"update|container update", kUpdateFlags, 1, kMany, &update, {}},
    {"cp|container cp", "a,archive L,follow-link q,quiet", 2, 2, &copy, {}},
    {"commit|container commit", "a,author= c,change= m,message= p,pause", 1, 2, &commit, {}},
    {"export|container export", "o,output=", 1, 1, nullptr, {"GET", "/containers/{}/export", ""}},
    {"logs|container logs", "details f,follow since= n,tail= t,timestamps until=", 1, 1, &logs, {}},
    {"top|container top", "", 1, kMany, &top, {}, kBefore},
    {"diff|container diff", "", 1, 1, nullptr, {"GET", "/containers/{}/changes", ""}},
    {"port|container port",
     "",
     1,
     2,
     [](const Words& words, CommandContext& context) -> base::Result<void> {
       context.add("GET", of_container(words.arguments()[0], "/json"));
       return {};
     },
     {}},
    {"stats|container stats",
     "a,all format= no-stream no-trunc",
     1,
     kMany,
     [](const Words& words, CommandContext& context) -> base::Result<void> {
       for (const std::string& name : words.arguments())
         context.add("GET",
                     of_container(name, "/stats"),
                     {{"stream", words.is_on("no-stream") ? "0" : "1"}});
       return {};
     },
     {}},
    {"ps|container ls|container list|container ps",
     "a,all f,filter= format= n,last= l,latest no-trunc q,quiet s,size",
     0,
     0,
     &list,
     {}},
    {"inspect", "f,format= s,size type=", 1, kMany, &inspect, {}},
    {"container inspect",
     "f,format= s,size",
     1,
     kMany,
     nullptr,
     {"GET", "/containers/{}/json", "size"}},
    {"container prune", "f,force filter=", 0, 0, nullptr, {"POST", "/containers/prune", "filters"}},
};

} // namespace

std::span<const Command> container_commands() {
  return kCommands;
}

} // namespace portique::access
