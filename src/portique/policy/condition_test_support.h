#pragma once

// Conditions compiled and run against JSON, for tests.

#include <expected>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "portique/policy/compiler.h"
#include "portique/policy/evaluation.h"
#include "portique/policy/json_source.h"

namespace portique::policy {

/// The lists and macros that every condition of the tests may name.
inline Definitions test_definitions() {
  Definitions definitions;
  definitions.lists["shells"].items = {"bash", "sh", "zsh"};
  definitions.lists["nothing"].items = {};
  definitions.lists["folders"].items = {"/etc", "/usr/bin"};
  const auto add = [&](std::string name, std::string text) {
    Macro& macro = definitions.macros[name];
    macro.name = std::move(name);
    macro.text = std::move(text);
    macro.expr = *parse_condition(macro.text, base::Limits());
  };
  add("shell_procs", "proc.name in (shells)");
  add("open_write", "(evt.type in (open, openat) and evt.is_open_write=true and fd.num>=0)");
  add("nested", "shell_procs and open_write");
  add("loop", "loop or shell_procs");
  add("broken", "proc.nam = x");
  return definitions;
}

struct Refusal {
  std::string message;
  std::string marked; ///< the part of the text that the caret points to
};

/// The result of a condition against an input. Asked with and without the index, which must agree.
inline std::expected<bool, Refusal>
run_condition(Domain domain, const std::string& condition, std::string_view input) {
  const base::Limits limits;
  const Definitions definitions = test_definitions();
  const auto refusal = [&](const Complaint& complaint) {
    const std::string& text =
        complaint.macro.empty() ? condition : definitions.macros.at(complaint.macro).text;
    const std::size_t begin = std::min<std::size_t>(complaint.span.begin, text.size());
    return Refusal{complaint.message, text.substr(begin, complaint.span.end - begin)};
  };
  const auto expr = parse_condition(condition, limits);
  if (!expr) return std::unexpected(refusal(expr.error()));
  Program program(domain);
  Compiler compiler(program, definitions, limits);
  const auto node = compiler.compile(*expr, condition);
  if (!node) return std::unexpected(refusal(node.error()));
  program.add_condition(*node);
  program.finish();
  Evaluation evaluation(program);
  const boost::json::value json = boost::json::parse(input);
  const JsonSource source(field_table(domain), json.get_object());
  evaluation.begin(source);
  const bool holds = evaluation.holds(0);
  evaluation.begin(source);
  if (holds == evaluation.matches().empty())
    return std::unexpected(Refusal{"the index disagrees", ""});
  return holds;
}

} // namespace portique::policy
