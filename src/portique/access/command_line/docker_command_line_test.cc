#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/access/command_line/command_values.h"
#include "portique/access/command_line/docker_command_line.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

constexpr std::string_view kLines = PORTIQUE_TESTDATA "/docker_lines.txt";
constexpr std::string_view kRecorded = PORTIQUE_TESTDATA "/docker_client_28.jsonl";
constexpr std::string_view kRecorder =
    PORTIQUE_TESTDATA "/../../../test_support/docker_client_recorder.py";

/// As docker_client_recorder.py does it: members that say nothing are left out.
boost::json::value without_defaults(const boost::json::value& value, bool keep = false) {
  if (value.is_array()) {
    boost::json::array array;
    for (const auto& one : value.get_array())
      array.push_back(without_defaults(one));
    return array;
  }
  if (!value.is_object()) return value;
  boost::json::object object;
  for (const auto& [name, member] : value.get_object()) {
    const bool map = name == "ExposedPorts" || name == "Volumes" || name == "Labels" ||
                     name == "Tmpfs" || name == "Options" || name == "EndpointsConfig";
    const bool paths = name == "MaskedPaths" || name == "ReadonlyPaths";
    const boost::json::value stripped = without_defaults(member, map);
    boost::json::object probe;
    set_if(probe, "x", stripped);
    if (keep || paths || !probe.empty()) object[name] = stripped;
  }
  return object;
}

/// Percent-encoding and "+" taken back: both may be written in several ways.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte =
        text[i] == '%' ? base::parse_int<std::uint8_t>(text.substr(i + 1, 2), 16) : std::nullopt;
    plain += byte ? static_cast<char>(*byte) : text[i] == '+' ? ' ' : text[i];
    if (byte) i += 2;
  }
  return plain;
}

/// What is compared: the id that an inspection gave stands for the name, and what only the engine
/// knows (the number of a version) is left out; so are secrets, which are never read.
std::string
comparable(const std::string& method, std::string target, const boost::json::value* body) {
  for (const auto& [from, to] : {std::pair{"/4444444444444444444444444/", "/NAME/"},
                                 {"/web/", "/NAME/"},
                                 {"/n/update", "/NAME/update"},
                                 {"/s/update", "/NAME/update"},
                                 {"version=9", "version=0"},
                                 {"since=1704067200.000000000", "since=2024-01-01T00%3a00%3a00Z"},
                                 {"until=1704067201.000000000", "until=2024-01-01T00%3a00%3a01Z"}})
    if (const std::size_t at = target.find(from); at != std::string::npos)
      target.replace(at, std::string_view(from).size(), to);
  // Parameters without value say nothing.
  const std::size_t mark = target.find('?');
  std::string text = method + " " + target.substr(0, mark);
  std::vector<std::string> parameters;
  if (mark != std::string::npos)
    for (const auto one : base::split(std::string_view(target).substr(mark + 1), '&'))
      if (!one.ends_with('=')) {
        std::string decoded = unescaped(one);
        parameters.push_back(decoded);
      }
  std::ranges::stable_sort(parameters);
  for (const std::string& one : parameters)
    text += " " + one;
  if (body == nullptr || body->is_null()) return text;
  boost::json::value stripped = without_defaults(*body);
  if (stripped.is_object()) {
    boost::json::object& object = stripped.get_object();
    if (target.ends_with("/auth")) object.erase("password");
    if (target.contains("/secrets/") || target.contains("/configs/")) object.erase("Data");
    // The id of a network that the inspection gave.
    if (target.contains("/services/create"))
      for (auto& member : object)
        if (member.key() == "TaskTemplate" && member.value().get_object().contains("Networks"))
          member.value().get_object()["Networks"] = "seen";
  }
  if (stripped.is_object() && stripped.get_object().empty()) return text;
  // Members in one order, and elements too: the client keeps some of its lists in maps.
  const auto sorted = [](const auto& self, const boost::json::value& value) -> std::string {
    if (value.is_array()) {
      std::vector<std::string> elements;
      for (const auto& one : value.get_array())
        elements.push_back(self(self, one));
      std::ranges::sort(elements);
      std::string list = "[";
      for (const std::string& element : elements)
        list += element + ",";
      return list + "]";
    }
    if (!value.is_object()) return boost::json::serialize(value);
    std::map<std::string, std::string> members;
    for (const auto& [name, one] : value.get_object())
      members[name] = self(self, one);
    std::string list = "{";
    for (const auto& [name, one] : members)
      list += name + ":" + one + ",";
    return list + "}";
  };
  return text + "\n    " + sorted(sorted, stripped);
}

CommandLineOptions options() {
  CommandLineOptions made;
  made.folder = "/here";
  made.engine_socket = "/engine.sock";
  made.read_file = [](const std::string& path) -> base::Result<std::string> {
    if (path == "env.list") return "# a comment\nFROM_FILE=1\nEMPTY=\n";
    if (path == "labels.list") return "from.file=yes\n";
    if (path == "seccomp.json") return "{\n  \"defaultAction\": \"SCMP_ACT_ALLOW\"\n}\n";
    return base::fail(base::Code::NotFound, "no such file");
  };
  made.environment = [](const char* name) -> const char* {
    return std::string_view(name) == "FROM_ENVIRONMENT" ? "seen" : nullptr;
  };
  return made;
}

/// Requests in any order: the client works on several containers at a time.
std::vector<std::string> ours(const std::vector<std::string>& words) {
  const auto line = docker_requests(words, options());
  if (!line) return {"error: " + line.error().text()};
  std::vector<std::string> texts;
  for (const EngineRequest& request : line->requests) {
    const auto body = request.body.empty() ? boost::json::value() : *base::parse_json(request.body);
    texts.push_back(comparable(request.method, request.target, &body));
  }
  std::ranges::sort(texts);
  return texts;
}

/// Holds every line of a recording against what we make of it; the number of lines.
std::size_t compare_with(const std::string& recording) {
  std::size_t lines = 0;
  for (const std::string_view line : base::split(recording, '\n')) {
    if (line.empty()) continue;
    const auto parsed = base::parse_json(line);
    EXPECT_TRUE(parsed) << line;
    const auto* object = base::json_object(&*parsed);
    std::vector<std::string> words;
    for (const auto& word : base::json_items(object, "words"))
      words.emplace_back(word.as_string());
    std::string shown = "docker";
    for (const std::string& word : words)
      shown += " " + word;
    SCOPED_TRACE(shown);
    std::vector<std::string> theirs;
    for (const auto& request : base::json_items(object, "requests")) {
      const auto* one = base::json_object(&request);
      const std::string target(base::json_string(one, "target"));
      // What the client asks for to know how the engine answered.
      if (words[0] == "swarm" && words[1] == "init" && !target.contains("/swarm/init")) continue;
      theirs.push_back(comparable(
          std::string(base::json_string(one, "method")), target, base::json_member(one, "body")));
    }
    std::ranges::sort(theirs);
    EXPECT_FALSE(theirs.empty()) << "the client sent nothing";
    EXPECT_EQ(ours(words), theirs);
    ++lines;
  }
  return lines;
}

TEST(DockerCommandLine, SendsWhatTheRecordedClientSent) {
  const std::string recording = *base::read_file(kRecorded, 4U << 20U);
  EXPECT_GE(compare_with(recording), 160U);
}

TEST(DockerCommandLine, SendsWhatTheInstalledClientSends) {
  const auto version = base::run_program({"docker", "--version"});
  if (!version || !version->out.contains("version 28."))
    GTEST_SKIP() << "Docker's client of version 28 is not installed";
  const auto recorded =
      base::run_program({"python3", std::string(kRecorder), std::string(kLines)},
                        {.time = std::chrono::seconds(120), .output_bytes = 4U << 20U});
  ASSERT_TRUE(recorded);
  ASSERT_EQ(recorded->exit_status, 0) << recorded->err;
  EXPECT_GE(compare_with(recorded->out), 160U);
}

TEST(DockerCommandLine, RefusesWhatTheClientRefuses) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {},
           {"run"},
           {"run", "-d"},
           {"run", "--no-such-flag", "alpine"},
           {"run", "--privileged=maybe", "alpine"},
           {"run", "-m", "much", "alpine"},
           {"run", "-p", "99999:80", "alpine"},
           {"run", "-p", "80-70:80", "alpine"},
           {"run", "--mount", "type=bind,source=/etc", "alpine"},
           {"run", "--mount", "type=bind,target=/x,nonsense=1", "alpine"},
           {"run", "--mount", "\"type=bind", "alpine"},
           {"run", "--cpus", "1e400", "alpine"},
           {"run", "--security-opt", "seccomp", "alpine"},
           {"run", "--security-opt", "seccomp=absent.json", "alpine"},
           {"run", "-v", "", "alpine"},
           {"run", "--name"},
           {"frobnicate"},
           {"container"},
           {"cp", "a", "b"},
           {"cp", "a:/x", "b:/x"},
           {"pull", "UPPER"},
           {"rename", "only"},
           {"service", "update", "s"},
           {"volume", "prune", "--filter", "novalue"}}) {
    const auto line = docker_requests(words, options());
    EXPECT_FALSE(line) << (words.empty() ? "" : words[0]);
  }
  EXPECT_EQ(
      docker_requests(std::vector<std::string>{"service", "update", "s"}, options()).error().code(),
      base::Code::Unsupported);
}

TEST(DockerCommandLine, PathsCannotLeaveTheirSegment) {
  const auto line = docker_requests(std::vector<std::string>{"start", "a?b#c%2f d"}, options());
  ASSERT_TRUE(line);
  EXPECT_EQ(line->requests[0].target, "/v1.41/containers/a%3Fb%23c%252f%20d/start");
}

struct ValueCase {
  std::string_view text;
  std::int64_t value; ///< -2: refused
};

TEST(CommandValues, Sizes) {
  for (const auto& [text, value] : {ValueCase{"1", 1},
                                    ValueCase{"1b", 1},
                                    ValueCase{"1k", 1024},
                                    ValueCase{"1KiB", 1024},
                                    ValueCase{"1.5g", 1610612736},
                                    ValueCase{"2 MB", 2097152},
                                    ValueCase{"", -2},
                                    ValueCase{"-1", -2},
                                    ValueCase{"1x", -2},
                                    ValueCase{"9999999999p", -2},
                                    ValueCase{"1..5k", -2}})
    EXPECT_EQ(parse_bytes(text).value_or(-2), value) << text;
}

TEST(CommandValues, Durations) {
  for (const auto& [text, value] : {ValueCase{"1m30s", 90'000'000'000},
                                    ValueCase{"100ms", 100'000'000},
                                    ValueCase{"0", 0},
                                    ValueCase{"", -2},
                                    ValueCase{"5", -2},
                                    ValueCase{"5d", -2}})
    EXPECT_EQ(parse_duration(text).value_or(-2), value) << text;
}

} // namespace

} // namespace portique::access
