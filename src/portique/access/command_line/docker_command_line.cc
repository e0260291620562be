// https://docs.docker.com/reference/cli/docker/

#include "portique/access/command_line/docker_command_line.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "portique/access/command_line/command.h"
#include "portique/base/file.h"
#include "portique/base/http_url.h"
#include "portique/base/nearest.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

/// What stands before the command.
constexpr std::string_view kGlobalFlags =
    "config= c,context= D,debug H,host= l,log-level= tls tlscacert= tlscert= tlskey= tlsverify";
/// Words of a name: "container rm".
constexpr std::size_t kNameWords = 2;
/// Twice the longest name of a command.
constexpr std::size_t kLongestName = 48;
/// An env file or a seccomp profile; Docker's own profile has some 14 KiB.
constexpr std::uint64_t kFileBytes = 4ULL << 20U;
constexpr std::size_t kWords = 20'000;

std::string encoded_path(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const char c : path) {
    if (base::is_alnum(c) || std::string_view("-._~/:@,+=&$").contains(c)) {
      text += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    text += '%';
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::string replaced(std::string_view path, std::string_view argument) {
  std::string text(path);
  const std::size_t place = text.find("{}");
  if (place != std::string::npos) text.replace(place, 2, argument);
  return text;
}

base::Result<Query> query_of(std::string_view text, const Words& words) {
  Query query;
  for (const std::string_view one : base::split(text, ' ')) {
    if (one.empty()) continue;
    const std::size_t equals = one.find('=');
    const std::string parameter(one.substr(0, equals));
    const std::string_view flag = equals == std::string_view::npos ? one : one.substr(equals + 1);
    std::string value;
    if (parameter == "filters")
      value = PQ_TRY(encode_filters(words.values("filter")));
    else
      value = words.value(flag);
    if (value == "true") value = "1";
    if (value == "false") value.clear();
    query.emplace_back(parameter, value);
  }
  return query;
}

base::Result<void> build_plain(const PlainCall& call, const Words& words, CommandContext& context) {
  const Query query = PQ_TRY(query_of(call.query, words));
  if (!call.path.contains("{}")) {
    context.add(call.method, call.path, query);
    return {};
  }
  for (const std::string& argument : words.arguments())
    context.add(call.method, replaced(call.path, argument), query);
  return {};
}

const Command* find_command(std::string_view name) {
  for (const auto commands :
       {container_commands(), image_commands(), engine_commands(), swarm_commands()})
    for (const Command& command : commands)
      for (const std::string_view known : base::split(command.names, '|'))
        if (known == name) return &command;
  return nullptr;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const auto commands :
       {container_commands(), image_commands(), engine_commands(), swarm_commands()})
    for (const Command& command : commands)
      for (const std::string_view known : base::split(command.names, '|'))
        names.emplace_back(known);
  return names;
}

/// The command and how many words its name has.
base::Result<std::pair<const Command*, std::size_t>>
find_command(std::span<const std::string> words) {
  for (std::size_t length = std::min(kNameWords, words.size()); length > 0; --length) {
    std::string name = words[0];
    if (length == 2) name += " " + words[1];
    if (const Command* command = find_command(name)) return std::pair(command, length);
  }
  std::string name = words[0];
  if (words.size() > 1) {
    const auto names = command_names();
    if (std::ranges::any_of(names,
                            [&](const std::string& one) { return one.starts_with(name + " "); }))
      name += " " + words[1];
  }
  if (name == "service update" || name == "service rollback" || name.starts_with("stack") ||
      name.starts_with("compose"))
    return fail(Code::Unsupported,
                "what 'docker " + name +
                    "' sends depends on the engine's answers and on files; it cannot be told from "
                    "the command line");
  // Comparing takes time that grows with both lengths.
  const std::string meant = name.size() > kLongestName ? "" : base::nearest(name, command_names());
  return fail(Code::InvalidArgument,
              "there is no command 'docker " + base::printable(name) + "'" +
                  (meant.empty() ? "" : "; did you mean docker " + meant + "?"));
}

} // namespace

base::Result<std::string> encode_filters(const std::vector<std::string>& filters) {
  std::map<std::string, boost::json::object> sorted;
  for (const std::string& filter : filters) {
    const std::size_t equals = filter.find('=');
    if (equals == std::string::npos)
      return fail(Code::InvalidArgument,
                  "a filter is NAME=VALUE, not '" + base::printable(filter) + "'");
    sorted[base::to_lower(base::trim(filter.substr(0, equals)))]
          [base::trim(std::string_view(filter).substr(equals + 1))] = true;
  }
  if (sorted.empty()) return "";
  boost::json::object object;
  for (auto& [name, values] : sorted)
    object[name] = std::move(values);
  return boost::json::serialize(object);
}

EngineRequest&
CommandContext::append(std::string_view method, std::string_view path, const Query& query) {
  EngineRequest request;
  request.method = std::string(method);
  request.target = "/v" + options_.api_version + encoded_path(path);
  const std::string text = base::form_encoded(query);
  if (!text.empty()) request.target += "?" + text;
  request.headers = {{"Host", "api.moby.localhost"}, {"User-Agent", "Docker-Client"}};
  line_.requests.push_back(std::move(request));
  return line_.requests.back();
}

void CommandContext::add(std::string_view method, std::string_view path, const Query& query) {
  append(method, path, query);
}

void CommandContext::add_json(std::string_view method,
                              std::string_view path,
                              const boost::json::value& body,
                              const Query& query) {
  EngineRequest& request = append(method, path, query);
  request.body = boost::json::serialize(body);
  request.body_state = BodyState::Whole;
  request.headers.push_back({"Content-Type", "application/json"});
  request.headers.push_back({"Content-Length", std::to_string(request.body.size())});
}

void CommandContext::add_stream(std::string_view method,
                                std::string_view path,
                                const Query& query) {
  EngineRequest& request = append(method, path, query);
  request.body_state = BodyState::Streamed;
  request.headers.push_back({"Content-Type", "application/x-tar"});
  request.headers.push_back({"Transfer-Encoding", "chunked"});
}

void CommandContext::add_upgrade(std::string_view path,
                                 const Query& query,
                                 const boost::json::value* body) {
  if (body != nullptr)
    add_json("POST", path, *body, query);
  else
    append("POST", path, query).headers.push_back({"Content-Type", "text/plain"});
  EngineRequest& request = line_.requests.back();
  request.headers.push_back({"Connection", "Upgrade"});
  request.headers.push_back({"Upgrade", "tcp"});
}

void CommandContext::note(std::string text) {
  line_.notes.push_back(std::move(text));
}

base::Result<std::string> CommandContext::read_file(const std::string& path) const {
  if (options_.read_file) return options_.read_file(path);
  return base::read_file(absolute(path), kFileBytes);
}

const char* CommandContext::environment(const std::string& name) const {
  if (options_.environment) return options_.environment(name.c_str());
  return std::getenv(name.c_str());
}

std::string CommandContext::absolute(std::string_view path) const {
  std::string text = (std::filesystem::path(options_.folder) / path).lexically_normal().string();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

base::Result<CommandLine> docker_requests(std::span<const std::string> words,
                                          const CommandLineOptions& options) {
  if (words.size() > kWords)
    return fail(Code::LimitExceeded, "the command line has too many words");
  const Words before = PQ_TRY(Words::parse(words, kGlobalFlags, FlagPlaces::BeforeArguments));
  const std::span<const std::string> rest(before.arguments());
  if (rest.empty()) return fail(Code::InvalidArgument, "which command of docker?");
  const auto [command, length] = PQ_TRY(find_command(rest));
  const std::string name = std::string(base::split(command->names, '|').front());
  const Words parsed = PQ_TRY(base::at(
      "docker " + name, Words::parse(rest.subspan(length), command->flags, command->places)));
  const std::size_t count = parsed.arguments().size();
  if (count < command->fewest || count > command->most)
    return fail(
        Code::InvalidArgument,
        "docker " + name + " takes " +
            (command->most == command->fewest
                 ? std::to_string(command->most)
                 : (command->most == kManyArguments ? "at least " + std::to_string(command->fewest)
                                                    : std::to_string(command->fewest) + " to " +
                                                          std::to_string(command->most))) +
            " arguments, not " + std::to_string(count));
  CommandLine line;
  CommandContext context(options, line);
  PQ_TRY(base::at("docker " + name,
                  command->build != nullptr ? command->build(parsed, context)
                                            : build_plain(command->plain, parsed, context)));
  return line;
}

} // namespace portique::access
