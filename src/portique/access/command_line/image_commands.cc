// Commands about images and builds.

#include "portique/access/command_line/command.h"
#include "portique/access/command_line/command_values.h"
#include "portique/base/text.h"
#include "portique/image/reference.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

base::Result<void> pull(const Words& words, CommandContext& context) {
  const auto reference = PQ_TRY(image::parse_reference(words.arguments().front()));
  context.add("POST",
              "/images/create",
              {{"fromImage", reference.name()},
               {"platform", words.value("platform")},
               {"tag", words.is_on("all-tags") ? "" : reference.version()}});
  return {};
}

base::Result<void> push(const Words& words, CommandContext& context) {
  const std::string& name = words.arguments().front();
  const auto reference = PQ_TRY(image::parse_reference(name));
  if (!reference.digest.empty())
    return fail(Code::InvalidArgument, "an image cannot be pushed by its digest");
  // As the user wrote it, without the tag: "app", not "docker.io/library/app".
  std::string written = name;
  if (written.ends_with(":" + reference.tag))
    written.resize(written.size() - reference.tag.size() - 1);
  context.add("POST",
              "/images/" + written + "/push",
              {{"platform", words.value("platform")},
               {"tag", words.is_on("all-tags") ? "" : reference.tag}});
  return {};
}

base::Result<void> tag(const Words& words, CommandContext& context) {
  const auto reference = PQ_TRY(image::parse_reference(words.arguments()[1]));
  std::string written = words.arguments()[1];
  if (written.ends_with(":" + reference.tag))
    written.resize(written.size() - reference.tag.size() - 1);
  context.add("POST",
              "/images/" + words.arguments()[0] + "/tag",
              {{"repo", reference.name()}, {"tag", reference.version()}});
  return {};
}

base::Result<void> import(const Words& words, CommandContext& context) {
  const std::string& source = words.arguments()[0];
  const bool url = source.starts_with("http://") || source.starts_with("https://");
  Query query;
  for (const std::string& change : words.values("change"))
    query.emplace_back("changes", change);
  query.emplace_back("fromSrc", url ? source : "-");
  query.emplace_back("message", words.value("message"));
  query.emplace_back("platform", words.value("platform"));
  query.emplace_back("repo", words.arguments().size() > 1 ? words.arguments()[1] : "");
  if (url)
    context.add("POST", "/images/create", query);
  else
    context.add_stream("POST", "/images/create", query);
  return {};
}

base::Result<void> save(const Words& words, CommandContext& context) {
  Query query;
  for (const std::string& name : words.arguments())
    query.emplace_back("names", name);
  query.emplace_back("platform", words.value("platform"));
  context.add("GET", "/images/get", query);
  return {};
}

base::Result<void> load(const Words& words, CommandContext& context) {
  // Progress is wanted on a terminal only.
  context.add_stream(
      "POST", "/images/load", {{"platform", words.value("platform")}, {"quiet", "1"}});
  return {};
}

/// Memory and the like of a build, as parameters.
base::Result<void> add_build_limits(Query& query, const Words& words) {
  for (const auto& [parameter, flag] : {std::pair{"memory", "memory"}, {"shmsize", "shm-size"}})
    if (words.has(flag))
      query.emplace_back(parameter, std::to_string(PQ_TRY(parse_bytes(words.value(flag)))));
  if (words.has("memory-swap"))
    query.emplace_back(
        "memswap", std::to_string(PQ_TRY(parse_bytes_or_unlimited(words.value("memory-swap")))));
  for (const auto& [parameter, flag] : {std::pair{"cpuperiod", "cpu-period"},
                                        {"cpuquota", "cpu-quota"},
                                        {"cpushares", "cpu-shares"},
                                        {"cpusetcpus", "cpuset-cpus"},
                                        {"cpusetmems", "cpuset-mems"},
                                        {"cgroupparent", "cgroup-parent"}})
    query.emplace_back(parameter, words.value(flag));
  const auto limits = PQ_TRY(parse_ulimits(words.values("ulimit")));
  if (!limits.empty()) query.emplace_back("ulimits", boost::json::serialize(limits));
  return {};
}

base::Result<boost::json::object> build_arguments(const Words& words,
                                                  const CommandContext& context) {
  boost::json::object arguments;
  for (const std::string& text : words.values("build-arg")) {
    const auto [name, value] = key_and_value(text);
    const char* inherited = text.contains('=') ? nullptr : context.environment(name);
    if (text.contains('='))
      arguments[name] = value;
    else if (inherited != nullptr)
      arguments[name] = inherited;
    else
      arguments[name] = nullptr;
  }
  return arguments;
}

/// The classic builder's call. BuildKit's is the same for who may build; what it does beyond flows
/// through its session.
base::Result<void> build(const Words& words, CommandContext& context) {
  Query query;
  if (const auto arguments = PQ_TRY(build_arguments(words, context)); !arguments.empty())
    query.emplace_back("buildargs", boost::json::serialize(arguments));
  boost::json::array cache;
  for (const std::string& text : words.values("cache-from"))
    for (const std::string& one : PQ_TRY(parse_csv(text)))
      cache.emplace_back(one);
  if (!cache.empty()) query.emplace_back("cachefrom", boost::json::serialize(cache));
  PQ_TRY(add_build_limits(query, words));
  std::string file = words.value("file", "Dockerfile");
  if (file.starts_with('/')) file = "Dockerfile"; // what lies outside of the context is sent along
  query.emplace_back("dockerfile", file);
  for (const std::string& host : words.values("add-host"))
    query.emplace_back("extrahosts", host);
  query.emplace_back("forcerm", words.is_on("force-rm") ? "1" : "");
  if (const auto labels = PQ_TRY(read_labels(words, context)); !labels.empty())
    query.emplace_back("labels", boost::json::serialize(labels));
  const std::string network = words.value("network", "default");
  query.emplace_back("networkmode", network == "default" ? "" : network);
  query.emplace_back("nocache", words.is_on("no-cache") ? "1" : "");
  query.emplace_back("platform", words.value("platform"));
  query.emplace_back("pull", words.is_on("pull") ? "1" : "");
  query.emplace_back("q", words.is_on("quiet") ? "1" : "");
  query.emplace_back("rm", words.is_on("rm", true) ? "" : "0");
  for (const std::string& option : words.values("security-opt"))
    query.emplace_back("securityopt", option);
  query.emplace_back("squash", words.is_on("squash") ? "1" : "");
  for (const std::string& name : words.values("tag"))
    query.emplace_back("t", name);
  query.emplace_back("target", words.value("target"));
  query.emplace_back("version", "1");
  for (const char* flag : {"secret", "ssh", "allow"})
    for (const std::string& text : words.values(flag))
      context.note("--" + std::string(flag) + " " + text +
                   " is told to BuildKit within its session, which only the guard looks into");
  context.note("with BuildKit the call carries version=2 and a session beside it");
  context.add_stream("POST", "/build", query);
  return {};
}

base::Result<void> prune_images(const Words& words, CommandContext& context) {
  std::vector<std::string> filters = words.values("filter");
  if (words.is_on("all"))
    filters.insert(filters.begin(), "dangling=false");
  else
    filters.insert(filters.begin(), "dangling=true");
  context.add("POST", "/images/prune", {{"filters", PQ_TRY(encode_filters(filters))}});
  return {};
}

base::Result<void> search(const Words& words, CommandContext& context) {
  context.add("GET",
              "/images/search",
              {{"filters", PQ_TRY(encode_filters(words.values("filter")))},
               {"limit", words.value("limit")},
               {"term", words.arguments().front()}});
  return {};
}

constexpr std::string_view kBuildFlags =
    "add-host= allow= build-arg= cache-from= cgroup-parent= compress cpu-period= cpu-quota= "
    "c,cpu-shares= cpuset-cpus= cpuset-mems= disable-content-trust f,file= force-rm iidfile= "
    "isolation= label= load m,memory= memory-swap= network= no-cache o,output= platform= "
    "progress= pull push q,quiet rm secret= security-opt= shm-size= squash ssh= stream t,tag= "
    "target= ulimit=";
constexpr std::size_t kMany = kManyArguments;

constexpr Command kCommands[] = {
    {"pull|image pull", "a,all-tags disable-content-trust platform= q,quiet", 1, 1, &pull, {}},
    {"push|image push", "a,all-tags disable-content-trust platform= q,quiet", 1, 1, &push, {}},
    {"tag|image tag", "", 2, 2, &tag, {}},
    {"rmi|image rm|image remove",
     "f,force no-prune platform=",
     1,
     kMany,
     nullptr,
     {"DELETE", "/images/{}", "force noprune=no-prune"}},
    {"images|image ls|image list",
     "a,all digests f,filter= format= no-trunc q,quiet tree",
     0,
     1,
     [](const Words& words, CommandContext& context) -> base::Result<void> {
       std::vector<std::string> filters = words.values("filter");
       for (const std::string& name : words.arguments())
         filters.push_back("reference=" + name);
       context.add(
           "GET",
           "/images/json",
           {{"all", words.is_on("all") ? "1" : ""}, {"filters", PQ_TRY(encode_filters(filters))}});
       return {};
     },
     {}},
    {"image inspect", "f,format= platform=", 1, kMany, nullptr, {"GET", "/images/{}/json", ""}},
    {"history|image history",
     "format= H,human no-trunc platform= q,quiet",
     1,
     1,
     nullptr,
     {"GET", "/images/{}/history", ""}},
    {"save|image save", "o,output= platform=", 1, kMany, &save, {}},
    {"load|image load", "i,input= platform= q,quiet", 0, 0, &load, {}},
    {"import|image import", "c,change= m,message= platform=", 1, 2, &import, {}},
    {"build|image build|builder build|buildx build", kBuildFlags, 1, 1, &build, {}},
    {"builder prune|buildx prune",
     "a,all f,force filter= keep-storage=",
     0,
     0,
     nullptr,
     {"POST", "/build/prune", "all filters"}},
    {"image prune", "a,all f,force filter=", 0, 0, &prune_images, {}},
    {"search", "f,filter= format= limit= no-trunc", 1, 1, &search, {}},
};

} // namespace

std::span<const Command> image_commands() {
  return kCommands;
}

} // namespace portique::access
