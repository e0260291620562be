#include "portique/cli/authz_replay.h"

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "portique/access/replay/learn.h"
#include "portique/access/replay/replay.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/cli/authz_policy.h"
#include "portique/cli/terminal_options.h"

namespace portique::cli {

namespace {

namespace json = boost::json;

struct Flags {
  std::string policy;
  std::string trail;
  std::string format = "table";
  std::string output;
};

std::string plural(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string group_lines(std::string_view title, const std::vector<access::ReplayGroup>& groups) {
  if (groups.empty()) return "";
  std::string text = fmt::format("{}:\n", title);
  for (const access::ReplayGroup& group : groups)
    text += fmt::format("  {:>6}  {}  {}  (line {}{}{})\n          {}{}\n",
                        group.count,
                        base::printable(group.user),
                        base::printable(group.action),
                        group.first_line,
                        group.example.empty() ? "" : ": ",
                        base::printable(group.example),
                        group.rule.empty() ? "" : base::printable(group.rule) + ": ",
                        base::printable(group.reason));
  return text;
}

json::array group_json(const std::vector<access::ReplayGroup>& groups) {
  json::array list;
  for (const access::ReplayGroup& group : groups)
    list.push_back({{"user", group.user},
                    {"action", group.action},
                    {"rule", group.rule},
                    {"reason", group.reason},
                    {"count", group.count},
                    {"first_line", group.first_line},
                    {"example", group.example}});
  return list;
}

std::uint64_t total(const std::vector<access::ReplayGroup>& groups) {
  std::uint64_t sum = 0;
  for (const access::ReplayGroup& group : groups)
    sum += group.count;
  return sum;
}

base::Result<void> check_format(const Flags& flags) {
  if (flags.format == "table" || flags.format == "json") return {};
  return base::fail(base::Code::InvalidArgument,
                    "there is no format '" + base::printable(flags.format) +
                        "' here; there are: table, json");
}

base::Result<int> replay(const Flags& flags) {
  PQ_TRY(check_format(flags));
  const auto policy = PQ_TRY(loaded_access_policy(flags.policy));
  access::TrailCursor trail = PQ_TRY(access::TrailCursor::open(flags.trail));
  const access::ReplayOutcome outcome = PQ_TRY(access::replay_trail(trail, *policy));
  if (flags.format == "json") {
    PQ_TRY(write_to_stdout(base::pretty_json({{"policy", policy->version()},
                                              {"decisions", outcome.decisions},
                                              {"same", outcome.same},
                                              {"without_record", outcome.without_record},
                                              {"undecided", group_json(outcome.open)},
                                              {"break_glass", outcome.break_glass},
                                              {"unreadable_lines", outcome.unreadable},
                                              {"newly_denied", group_json(outcome.denied)},
                                              {"newly_allowed", group_json(outcome.allowed)}})));
  } else {
    std::string text = group_lines("newly denied", outcome.denied);
    text += group_lines("newly allowed", outcome.allowed);
    text += group_lines("undecided", outcome.open);
    text += fmt::format("{}: {} the same, {} newly denied, {} newly allowed\n",
                        plural(outcome.decisions, "decision"),
                        outcome.same,
                        total(outcome.denied),
                        total(outcome.allowed));
    if (outcome.undecided > 0)
      text += fmt::format("{} undecided: the trail does not tell what they hang on\n",
                          outcome.undecided);
    if (outcome.without_record > 0)
      text += fmt::format("{} cannot be told: the trail has no record of what they were about\n",
                          outcome.without_record);
    if (outcome.break_glass > 0)
      text += fmt::format("{} by break-glass, left out\n", outcome.break_glass);
    if (outcome.unreadable > 0)
      text += fmt::format("{} of the trail cannot be read; see portique audit verify\n",
                          plural(outcome.unreadable, "line"));
    PQ_TRY(write_to_stdout(text));
  }
  if (!outcome.denied.empty()) return static_cast<int>(ExitCode::Gate);
  return outcome.undecided + outcome.without_record + outcome.unreadable > 0
             ? static_cast<int>(ExitCode::Incomplete)
             : 0;
}

base::Result<int> learn(const Flags& flags) {
  const access::LearnedPolicy learned =
      PQ_TRY(access::learn_policy(flags.trail, base::Limits(), base::now()));
  if (flags.output.empty())
    PQ_TRY(write_to_stdout(learned.text));
  else
    PQ_TRY(base::write_file_atomically(flags.output, learned.text));
  std::string told = fmt::format("portique: learned from {}, {} of them allowed\n",
                                 plural(learned.decisions, "decision"),
                                 learned.allowed);
  for (const std::string& one : learned.beyond)
    told += "portique: beyond what was seen it allows " + base::printable(one) + "\n";
  for (const std::string& one : learned.conflicts)
    told += "portique: it also allows what was denied: " + base::printable(one) + "\n";
  for (const std::string& one : learned.missing)
    told += "portique: it denies what was allowed: " + base::printable(one) + "\n";
  if (learned.without_record > 0)
    told += fmt::format("portique: {} without a record taught nothing\n", learned.without_record);
  std::fputs(told.c_str(), stderr);
  return learned.conflicts.empty() && learned.missing.empty() ? 0
                                                              : static_cast<int>(ExitCode::Gate);
}

using Verb = base::Result<int> (*)(const Flags&);

CLI::App* add_verb(CLI::App& authz,
                   Invocation& invocation,
                   const std::shared_ptr<Flags>& flags,
                   const std::string& name,
                   const std::string& help,
                   Verb verb) {
  CLI::App* command = authz.add_subcommand(name, help);
  command->add_option("--trail", flags->trail, "The trail: its folder or one of its files")
      ->required()
      ->type_name("FILE|DIR");
  command->callback([flags, verb, &invocation] {
    invocation.run = [flags, verb] {
      const auto code = verb(*flags);
      return code ? static_cast<ExitCode>(*code) : complain(code.error());
    };
  });
  return command;
}

} // namespace

void add_authz_replay(CLI::App& authz, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = add_verb(authz,
                               invocation,
                               flags,
                               "replay",
                               "What recorded traffic would meet under another policy",
                               replay);
  command->add_option("--policy", flags->policy, "The policy to try")
      ->required()
      ->type_name("FILE");
  command->add_option("-f,--format", flags->format, "table or json")->capture_default_str();
  command->footer("Exit codes: 0 nothing newly denied, 1 something is, 4 parts of the trail could "
                  "not be judged.");
}

void add_authz_learn(CLI::App& authz, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = add_verb(authz,
                               invocation,
                               flags,
                               "learn",
                               "Propose the smallest policy that would have allowed what was seen",
                               learn);
  command
      ->add_option("-o,--output", flags->output, "Where the policy goes (default: standard output)")
      ->type_name("FILE");
  command->footer("Exit codes: 0 done, 1 the policy cannot tell something apart that the trail "
                  "does; standard error says what.");
}

} // namespace portique::cli
