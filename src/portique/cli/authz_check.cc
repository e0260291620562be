#include "portique/cli/authz_check.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "portique/access/command_line/check_command_line.h"
#include "portique/access/docker/live_engine_view.h"
#include "portique/access/docker/request_facts.h"
#include "portique/access/policy_source/policy_origin.h"
#include "portique/access/trust/known_images.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/cli/authz_policy.h"
#include "portique/cli/locations.h"
#include "portique/cli/terminal_options.h"

namespace portique::cli {

namespace {

namespace json = boost::json;

struct Flags {
  std::string as;
  std::string proof = "certificate";
  std::optional<std::uint32_t> uid;
  std::string policy = kAccessPolicy;
  std::string gate = "guard";
  std::vector<std::string> owners;
  std::string engine_socket;
  std::string format = "table";
  std::vector<std::string> words;
};

/// "alice", "alice:dev,ops"
base::Result<access::Identity> identity_of(const Flags& flags) {
  access::Identity caller;
  const std::size_t colon = flags.as.find(':');
  caller.user = flags.as.substr(0, colon);
  if (colon != std::string::npos)
    for (const std::string_view group :
         base::split(std::string_view(flags.as).substr(colon + 1), ','))
      if (!group.empty()) caller.groups.emplace_back(group);
  if (flags.uid || flags.proof == "socket") {
    caller.proof = access::Proof::Socket;
    caller.local = access::LocalCaller{};
    // Without a number it must not be taken for root.
    caller.local->uid = flags.uid.value_or(65'534);
  } else if (flags.proof == "certificate") {
    caller.proof = access::Proof::Certificate;
  } else if (flags.proof != "none") {
    return base::fail(base::Code::InvalidArgument,
                      "there is no proof '" + base::printable(flags.proof) +
                          "'; there are: certificate, socket, none");
  }
  return caller;
}

base::Result<access::Gate> gate_of(const Flags& flags) {
  for (const access::Gate gate : {access::Gate::Guard, access::Gate::Plugin})
    if (access::gate_name(gate) == flags.gate) return gate;
  return base::fail(base::Code::InvalidArgument,
                    "there is no gate '" + base::printable(flags.gate) +
                        "'; there are: guard, plugin");
}

base::Result<void> assume_owners(const Flags& flags, access::AssumedEngine& engine) {
  for (const std::string& text : flags.owners) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos)
      return base::fail(base::Code::InvalidArgument, "--owner is NAME=USER");
    engine.add_owned(text.substr(0, equals), text.substr(equals + 1));
  }
  return {};
}

std::string table_of(const access::CheckedLine& checked) {
  std::string text;
  for (const access::CheckedRequest& one : checked.requests) {
    const access::Decision& decision = one.ruling.decision;
    text += fmt::format("{:5}  {}{}{}\n",
                        decision.allow ? "allow" : "deny",
                        one.ruling.action.empty() ? one.method + " " + base::printable(one.target)
                                                  : one.ruling.action,
                        one.ruling.resource.empty() ? "" : " ",
                        base::printable(one.ruling.resource));
    if (!decision.reason.empty())
      text += fmt::format("       {}\n", base::printable(decision.reason));
    if (!decision.rule.empty())
      text += fmt::format("       rule: {}\n", base::printable(decision.rule));
    if (decision.allow && !decision.role.empty())
      text += fmt::format("       role: {}\n", base::printable(decision.role));
    for (const std::string& warning : decision.warnings)
      text += fmt::format("       warning: {}\n", base::printable(warning));
    if (!decision.exception.empty())
      text += fmt::format("       exception: {}\n", base::printable(decision.exception));
  }
  if (checked.not_sent > 0)
    text += fmt::format("       {} further request{} would not be sent\n",
                        checked.not_sent,
                        checked.not_sent == 1 ? "" : "s");
  for (const std::string& note : checked.notes)
    text += "note: " + base::printable(note) + "\n";
  return text + (checked.allow ? "allowed\n" : "denied\n");
}

std::string json_of(const access::CheckedLine& checked) {
  json::array requests;
  for (const access::CheckedRequest& one : checked.requests) {
    const access::Decision& decision = one.ruling.decision;
    json::array warnings(decision.warnings.begin(), decision.warnings.end());
    requests.push_back({{"method", one.method},
                        {"target", one.target},
                        {"action", one.ruling.action},
                        {"resource", one.ruling.resource},
                        {"allow", decision.allow},
                        {"reason", decision.reason},
                        {"role", decision.role},
                        {"rule", decision.rule},
                        {"policy", decision.policy},
                        {"warnings", warnings},
                        {"exception", decision.exception}});
  }
  return base::pretty_json({{"allow", checked.allow},
                            {"requests", requests},
                            {"not_sent", checked.not_sent},
                            {"notes", json::array(checked.notes.begin(), checked.notes.end())}});
}

base::Result<int> check(const Flags& flags) {
  if (flags.format != "table" && flags.format != "json")
    return base::fail(base::Code::InvalidArgument,
                      "there is no format '" + base::printable(flags.format) +
                          "' here; there are: table, json");
  const access::Identity caller = PQ_TRY(identity_of(flags));
  std::vector<std::string> words = flags.words;
  if (!words.empty() && std::filesystem::path(words.front()).filename() == "docker")
    words.erase(words.begin());
  access::CheckOptions options;
  options.policy_name = flags.policy;
  options.policy_text = PQ_TRY(base::read_file(flags.policy, access::kPolicyBytes));
  options.gate = PQ_TRY(gate_of(flags));
  std::error_code error;
  const auto folder = std::filesystem::current_path(error);
  if (!error) options.line.folder = folder.string();
  access::FactOptions facts;
  if (!flags.engine_socket.empty()) facts.engine_sockets.push_back(flags.engine_socket);
  options.facts = [facts](const access::EngineCall& call, access::EngineView& view) {
    return access::workload_facts(call, view, facts);
  };
  std::unique_ptr<access::LiveEngineView> live;
  if (!flags.engine_socket.empty())
    live = std::make_unique<access::LiveEngineView>(
        access::LiveViewOptions{.socket = flags.engine_socket});
  access::AssumedEngine engine(live.get());
  PQ_TRY(assume_owners(flags, engine));
  access::KnownImages images({.cache_folder = default_cache_dir(), .look_up = false});
  options.trust = &images;
  const access::CheckedLine checked =
      PQ_TRY(access::check_command_line(words, caller, engine, options));
  PQ_TRY(write_to_stdout(flags.format == "json" ? json_of(checked) : table_of(checked)));
  return checked.allow ? 0 : static_cast<int>(ExitCode::Gate);
}

} // namespace

void add_authz_check(CLI::App& authz, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = authz.add_subcommand(
      "check", "What a command line of docker would meet, and why; no engine is needed");
  command->add_option("--as", flags->as, "Who asks: USER or USER:GROUP,GROUP")
      ->required()
      ->type_name("USER");
  command->add_option("--proof", flags->proof, "How that is known: certificate, socket or none")
      ->capture_default_str();
  command->add_option("--uid", flags->uid, "... by the guard's socket, with this number");
  command->add_option("--policy", flags->policy, "The policy")
      ->capture_default_str()
      ->type_name("FILE");
  command->add_option("--gate", flags->gate, "guard or plugin")->capture_default_str();
  command
      ->add_option("--owner",
                   flags->owners,
                   "NAME=USER: a container, volume, network or image that is there, and whose it "
                   "is (\"NAME=\": nobody's)")
      ->type_name("NAME=USER");
  command
      ->add_option("--engine-socket",
                   flags->engine_socket,
                   "Ask this engine what is there; whose it is, --owner says")
      ->type_name("SOCKET");
  command->add_option("-f,--format", flags->format, "table or json")->capture_default_str();
  command->add_option("COMMAND", flags->words, "Behind --: docker run ...")->required();
  command->footer("Exit codes: 0 allowed, 1 denied, 2 docker would not take the command line.\n"
                  "Example: portique authz check --as alice:dev -- docker run --privileged alpine");
  command->callback([flags, &invocation] {
    invocation.run = [flags] {
      const auto code = check(*flags);
      return code ? static_cast<ExitCode>(*code) : complain(code.error());
    };
  });
}

} // namespace portique::cli
