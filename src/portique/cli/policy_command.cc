#include "portique/cli/policy_command.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/nearest.h"
#include "portique/base/text.h"
#include "portique/base/time.h"
#include "portique/cli/policy_flags.h"
#include "portique/cli/terminal_options.h"
#include "portique/policy/explain.h"
#include "portique/policy/field_list.h"
#include "portique/policy/ready_policies.h"

namespace portique::cli {

namespace {

struct Flags {
  std::string policy;
  std::string domain;
  std::string input;
  std::string rule;
  std::string format = "table";
  bool strict = false;
  bool all = false;
};

/// "-" is standard input.
base::Result<boost::json::object> read_input(const std::string& path, const base::Limits& limits) {
  const std::string text =
      PQ_TRY(base::read_file(path == "-" ? "/dev/stdin" : path, limits.yaml_bytes));
  boost::json::value value = PQ_TRY(base::at(path, base::parse_json(text)));
  if (!value.is_object())
    return base::fail(base::Code::Malformed, path + ": the input is no JSON object");
  return std::move(value.get_object());
}

base::Result<policy::Domain> domain_of(const std::string& name) {
  if (const auto domain = policy::parse_domain(name)) return *domain;
  return base::fail(base::Code::InvalidArgument,
                    "there is no gate '" + base::printable(name) +
                        "'; there are: image, config, request, container, host, event");
}

base::Result<int> fields(const Flags& flags) {
  std::optional<policy::Domain> only;
  if (!flags.domain.empty()) only = PQ_TRY(domain_of(flags.domain));
  if (flags.format == "markdown")
    PQ_TRY(write_to_stdout(policy::field_list_markdown(only)));
  else if (flags.format == "json")
    PQ_TRY(write_to_stdout(policy::field_list_json(only)));
  else if (flags.format == "table")
    PQ_TRY(write_to_stdout(policy::field_list_text(only)));
  else
    return base::fail(base::Code::InvalidArgument,
                      "there is no format '" + base::printable(flags.format) +
                          "' of field lists; there are: table, json, markdown");
  return 0;
}

base::Result<int> lint(const Flags& flags) {
  const policy::LoadedPolicy loaded =
      policy::load_policy(flags.policy, base::Limits(), base::now());
  if (loaded.unread && !loaded.diagnostics.empty())
    return base::fail(base::Code::NotFound, loaded.diagnostics.front().message);
  std::vector<policy::Diagnostic> all = loaded.diagnostics;
  if (loaded.policy) std::ranges::move(policy::lint(*loaded.policy), std::back_inserter(all));
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::string text;
  for (const policy::Diagnostic& diagnostic : all) {
    errors += diagnostic.level == policy::Level::Error ? 1 : 0;
    warnings += diagnostic.level == policy::Level::Warning ? 1 : 0;
    if (diagnostic.level != policy::Level::Note || flags.all) text += diagnostic.text() + '\n';
  }
  std::size_t asked = 0;
  std::size_t unsupported = 0;
  if (loaded.policy)
    for (const policy::Rule& rule : loaded.policy->rules()) {
      asked += rule.is_asked() ? 1 : 0;
      unsupported += rule.unsupported.empty() ? 0 : 1;
    }
  text += fmt::format("{}: {} error{}, {} warning{}, {} rules{}\n",
                      flags.policy,
                      errors,
                      errors == 1 ? "" : "s",
                      warnings,
                      warnings == 1 ? "" : "s",
                      asked,
                      unsupported == 0 ? "" : fmt::format(", {} not supported", unsupported));
  PQ_TRY(write_to_stdout(text));
  return errors > 0 || (flags.strict && warnings > 0) ? static_cast<int>(ExitCode::Gate) : 0;
}

base::Result<int> test(const Flags& flags) {
  const policy::LoadedPolicy loaded =
      PQ_TRY(loaded_policy(flags.policy, base::Limits(), base::now()));
  const policy::TestedExamples tested = policy::test_examples(*loaded.policy);
  std::string text;
  for (const policy::FailedExample& failed : tested.failed)
    text += failed.place.text() + '\n';
  text += fmt::format("{}: {} examples of {} rules, {} failed; {} rules have none\n",
                      flags.policy,
                      tested.examples,
                      tested.rules,
                      tested.failed.size(),
                      tested.without.size());
  PQ_TRY(write_to_stdout(text));
  return tested.failed.empty() ? 0 : static_cast<int>(ExitCode::Gate);
}

std::string explained_text(const policy::ExplainedInput& explained, bool all) {
  std::string text;
  std::size_t quiet = 0;
  for (const policy::ExplainedRule& rule : explained.rules) {
    if (!rule.holds && !all) {
      ++quiet;
      continue;
    }
    text += fmt::format("{} {} ({}:{}){}\n",
                        rule.holds ? model::decision_name(rule.action) : "no hit",
                        base::printable(rule.name),
                        rule.file,
                        rule.line,
                        rule.message.empty() ? "" : ": " + rule.message);
    if (rule.exception)
      text += fmt::format("    excepted by {}: {}\n",
                          base::printable(rule.exception->who),
                          base::printable(rule.exception->why));
    for (const policy::ExplainedPart& part : rule.parts)
      text += fmt::format("  {} {} {}{}{}\n",
                          part.decides ? '>' : ' ',
                          part.holds ? "yes" : "no ",
                          std::string(2 * part.depth, ' '),
                          part.text,
                          part.value.empty() ? "" : "   [" + part.value + "]");
    text += '\n';
  }
  for (const std::string& member : explained.unknown_members)
    text += fmt::format("note: no field is called '{}'\n", base::printable(member));
  text += fmt::format("{}: {}{}\n",
                      policy::domain_name(explained.domain),
                      model::decision_name(explained.decision),
                      quiet == 0 ? ""
                                 : fmt::format("; {} rules do not hold (--all shows them)", quiet));
  return text;
}

std::string explained_json(const policy::ExplainedInput& explained) {
  boost::json::array rules;
  for (const policy::ExplainedRule& rule : explained.rules) {
    boost::json::array parts;
    for (const policy::ExplainedPart& part : rule.parts)
      parts.push_back({{"condition", part.text},
                       {"holds", part.holds},
                       {"decides", part.decides},
                       {"depth", part.depth},
                       {"value", part.value}});
    boost::json::value exception = nullptr;
    if (rule.exception) exception = {{"who", rule.exception->who}, {"why", rule.exception->why}};
    rules.push_back({{"rule", rule.name},
                     {"action", model::decision_name(rule.action)},
                     {"holds", rule.holds},
                     {"message", rule.message},
                     {"file", rule.file},
                     {"line", rule.line},
                     {"exception", exception},
                     {"parts", parts}});
  }
  boost::json::array unknown;
  for (const std::string& member : explained.unknown_members)
    unknown.emplace_back(member);
  return base::pretty_json({{"on", policy::domain_name(explained.domain)},
                            {"decision", model::decision_name(explained.decision)},
                            {"rules", rules},
                            {"unknown", unknown}});
}

base::Result<int> explain(const Flags& flags) {
  if (flags.format != "table" && flags.format != "json")
    return base::fail(base::Code::InvalidArgument,
                      "there is no format '" + base::printable(flags.format) +
                          "' of explanations; there are: table, json");
  if (flags.policy == "-" && flags.input == "-")
    return base::fail(base::Code::InvalidArgument,
                      "standard input cannot be the policy and the input");
  const base::Limits limits;
  const policy::LoadedPolicy loaded = PQ_TRY(loaded_policy(flags.policy, limits, base::now()));
  const boost::json::object input = PQ_TRY(read_input(flags.input, limits));
  std::optional<std::string> rule;
  auto domain = policy::domain_of_input(input);
  if (!flags.rule.empty()) {
    rule = flags.rule;
    const auto rules = loaded.policy->rules();
    const auto found = std::ranges::find_if(
        rules, [&](const policy::Rule& one) { return one.draft.name == flags.rule; });
    if (found == rules.end()) {
      std::vector<std::string> names;
      for (const policy::Rule& one : rules)
        names.push_back(one.draft.name);
      const std::string near = base::nearest(flags.rule, names);
      return base::fail(base::Code::InvalidArgument,
                        "there is no rule '" + base::printable(flags.rule) + "'" +
                            (near.empty() ? "" : "; did you mean " + near + "?"));
    }
    domain = found->draft.domain;
  }
  if (!flags.domain.empty()) domain = PQ_TRY(domain_of(flags.domain));
  const auto explained = policy::explain_input(*loaded.policy, domain, input, rule);
  PQ_TRY(write_to_stdout(flags.format == "json"
                             ? explained_json(explained)
                             : explained_text(explained, flags.all || rule.has_value())));
  return explained.decision == model::Decision::Deny ? static_cast<int>(ExitCode::Gate) : 0;
}

base::Result<int> show(const Flags& flags) {
  const auto ready = policy::find_ready_policy(flags.policy);
  if (ready) {
    PQ_TRY(write_to_stdout(ready->text));
    return 0;
  }
  std::string names;
  for (const policy::ReadyPolicy& one : policy::ready_policies())
    names += (names.empty() ? "" : ", ") + std::string(one.name);
  return base::fail(base::Code::InvalidArgument,
                    "there is no ready policy '" + base::printable(flags.policy) +
                        "'; there are: " + names);
}

using Verb = base::Result<int> (*)(const Flags&);

CLI::App* add_verb(CLI::App& command,
                   Invocation& invocation,
                   const std::shared_ptr<Flags>& flags,
                   const std::string& name,
                   const std::string& help,
                   Verb verb) {
  CLI::App* below = command.add_subcommand(name, help);
  below->callback([flags, verb, &invocation] {
    invocation.run = [flags, verb] {
      const auto code = verb(*flags);
      return code ? static_cast<ExitCode>(*code) : complain(code.error());
    };
  });
  return below;
}

void add_policy_argument(CLI::App& command, Flags& flags) {
  command
      .add_option(
          "POLICY", flags.policy, "A file, - for standard input, or baseline, strict, audit-only")
      ->required();
}

} // namespace

void add_policy_command(CLI::App& app, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = app.add_subcommand("policy", "Write, check and explain policies");
  command->require_subcommand(1);
  CLI::App* list =
      add_verb(*command, invocation, flags, "fields", "List the fields of conditions", fields);
  list->add_option("--on", flags->domain, "Only those of a gate: image, request, event, ...");
  list->add_option("-f,--format", flags->format, "table, json or markdown")->capture_default_str();
  CLI::App* check =
      add_verb(*command, invocation, flags, "lint", "Say what is wrong with a policy", lint);
  add_policy_argument(*check, *flags);
  check->add_flag("--strict", flags->strict, "Exit with 1 for warnings, too");
  check->add_flag("--all", flags->all, "Notes, too");
  CLI::App* tested = add_verb(
      *command, invocation, flags, "test", "Run the examples that stand in a policy", test);
  add_policy_argument(*tested, *flags);
  CLI::App* why = add_verb(*command,
                           invocation,
                           flags,
                           "explain",
                           "Show which part of which rule decides about an input",
                           explain);
  add_policy_argument(*why, *flags);
  why->add_option("--input", flags->input, "Fields and their values as JSON; - is standard input")
      ->required()
      ->type_name("JSON");
  why->add_option("--on", flags->domain, "The gate (default: whose fields the input has)");
  why->add_option("--rule", flags->rule, "Only this rule");
  why->add_option("-f,--format", flags->format, "table or json")->capture_default_str();
  why->add_flag("--all", flags->all, "Also the rules that do not hold");
  CLI::App* text =
      add_verb(*command, invocation, flags, "show", "Print a ready policy, to build upon", show);
  text->add_option("POLICY", flags->policy, "baseline, strict or audit-only")->required();
}

} // namespace portique::cli
