#include "portique/cli/authz_status.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "portique/access/install/authz_status.h"
#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/cli/terminal_options.h"

namespace portique::cli {

namespace {

namespace json = boost::json;

struct Flags {
  access::StatusOptions options;
  std::string format = "table";
  bool all = false;
};

std::string policy_text(const access::ServingPolicy& policy) {
  std::string text = "policy: the trail does not say that one serves\n";
  if (!policy.version.empty() && policy.since.empty())
    text = fmt::format("policy: {}, longer than the trail's last files tell\n", policy.version);
  else if (!policy.version.empty())
    text = fmt::format(
        "policy: {} {} since {}\n", base::printable(policy.name), policy.version, policy.since);
  if (!policy.problem.empty())
    text += fmt::format("  a later one does not serve: {}\n", base::printable(policy.problem));
  return text;
}

std::string trail_text(const access::TrailState& trail) {
  if (!trail.problem.empty()) return "trail: " + base::printable(trail.problem) + "\n";
  std::string text = fmt::format("trail: {} file{}, line {} at {}, signed {}\n",
                                 trail.files,
                                 trail.files == 1 ? "" : "s",
                                 trail.last_line,
                                 trail.last_time.empty() ? "an unknown time" : trail.last_time,
                                 trail.signed_at.empty() ? "never" : trail.signed_at);
  if (trail.refused > 0)
    text += fmt::format("  {} times events could not be written, and were denied\n", trail.refused);
  return text;
}

std::string bypass_text(const access::AuthzStatus& status, bool all) {
  std::string text;
  std::size_t absent = 0;
  for (const access::BypassState& one : status.bypasses) {
    absent += one.daemon_has_it ? 0 : 1;
    if (!one.daemon_has_it && !all) continue;
    text += fmt::format("  {:16}  plugin {:6}  guard {:6}  {}{}\n{:20}{}\n",
                        one.bypass->id,
                        access::answer_name(one.plugin),
                        access::answer_name(one.guard),
                        one.bypass->title,
                        one.daemon_has_it ? "" : " (not in this version)",
                        "",
                        one.bypass->how);
  }
  if (text.empty() && absent == 0) return "";
  return fmt::format("known ways round a plugin, in this version of the daemon:\n{}{}",
                     text,
                     absent > 0 && !all
                         ? fmt::format("  {} others are not in it (--all shows them)\n", absent)
                         : "");
}

std::string table_of(const access::AuthzStatus& status, bool all) {
  std::string text;
  for (const access::GateAnswer& gate : status.gates)
    text += fmt::format("{}: {}{}\n",
                        gate.name,
                        gate.answers ? "answers at " + gate.socket : "does not answer: ",
                        gate.answers ? "" : base::printable(gate.problem));
  if (status.engine) {
    text += fmt::format("engine: {} (API {}), {}\n",
                        base::printable(status.engine->version),
                        base::printable(status.engine->api_version),
                        status.daemon_names_plugin
                            ? "uses the plugin"
                            : "was not started with the plugin (20.10 does not tell what a reload "
                              "changed)");
  } else {
    text += "engine: " + base::printable(status.engine_problem) + "\n";
  }
  text += policy_text(status.policy);
  text += trail_text(status.trail);
  return text + bypass_text(status, all);
}

std::string json_of(const access::AuthzStatus& status) {
  json::array gates;
  for (const access::GateAnswer& gate : status.gates)
    gates.push_back({{"gate", gate.name},
                     {"socket", gate.socket},
                     {"answers", gate.answers},
                     {"problem", gate.problem}});
  json::array bypasses;
  for (const access::BypassState& one : status.bypasses)
    bypasses.push_back({{"id", one.bypass->id},
                        {"title", one.bypass->title},
                        {"daemon_has_it", one.daemon_has_it},
                        {"plugin", access::answer_name(one.plugin)},
                        {"guard", access::answer_name(one.guard)},
                        {"how", one.bypass->how}});
  json::value engine = nullptr;
  if (status.engine)
    engine = {{"version", status.engine->version},
              {"api_version", status.engine->api_version},
              {"uses_plugin", status.daemon_names_plugin}};
  return base::pretty_json({{"well", status.is_well()},
                            {"gates", gates},
                            {"engine", engine},
                            {"engine_problem", status.engine_problem},
                            {"policy",
                             {{"name", status.policy.name},
                              {"version", status.policy.version},
                              {"since", status.policy.since},
                              {"problem", status.policy.problem}}},
                            {"trail",
                             {{"files", status.trail.files},
                              {"last_line", status.trail.last_line},
                              {"last_time", status.trail.last_time},
                              {"signed_at", status.trail.signed_at},
                              {"refused", status.trail.refused},
                              {"problem", status.trail.problem}}},
                            {"bypasses", bypasses}});
}

base::Result<int> status(const Flags& flags) {
  if (flags.format != "table" && flags.format != "json")
    return base::fail(base::Code::InvalidArgument,
                      "there is no format '" + base::printable(flags.format) +
                          "' here; there are: table, json");
  const access::AuthzStatus seen = access::look_at_gates(flags.options);
  PQ_TRY(write_to_stdout(flags.format == "json" ? json_of(seen) : table_of(seen, flags.all)));
  return seen.is_well() ? 0 : static_cast<int>(ExitCode::Gate);
}

} // namespace

void add_authz_status(CLI::App& authz, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = authz.add_subcommand(
      "status", "Whether the gates answer, which policy serves, what the daemon leaves open");
  access::StatusOptions& options = flags->options;
  command->add_option("--plugin-socket", options.plugin_socket, "\"\" if there is no plugin")
      ->capture_default_str()
      ->type_name("PATH");
  command->add_option("--guard-socket", options.guard_socket, "The guard's, if there is one")
      ->type_name("PATH");
  command->add_option("--engine-socket", options.engine_socket, "The engine's own")
      ->capture_default_str()
      ->type_name("PATH");
  command->add_option("--trail", options.trail, "The trail's folder")
      ->capture_default_str()
      ->type_name("DIR");
  command->add_option("-f,--format", flags->format, "table or json")->capture_default_str();
  command->add_flag("--all", flags->all, "Also the ways round that this version has not");
  command->footer("Exit codes: 0 all is well, 1 a gate does not answer, or policy or trail are not "
                  "as they should be.");
  command->callback([flags, &invocation] {
    invocation.run = [flags] {
      const auto code = status(*flags);
      return code ? static_cast<ExitCode>(*code) : complain(code.error());
    };
  });
}

} // namespace portique::cli
