// portique: one file a verb; this one finds the verb and turns its answer into an exit code.

#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "portique/base/nearest.h"
#include "portique/base/text.h"
#include "portique/cli/admit_command.h"
#include "portique/cli/audit_command.h"
#include "portique/cli/authz_command.h"
#include "portique/cli/check_command.h"
#include "portique/cli/command.h"
#include "portique/cli/db_command.h"
#include "portique/cli/explain_command.h"
#include "portique/cli/policy_command.h"
#include "portique/cli/sbom_command.h"
#include "portique/cli/scan_command.h"
#include "portique/cli/version_compare_command.h"

namespace portique::cli {

namespace {

/// The command that the words typed lead to, and those words: "db update" of
/// `portique db update --mirorr`.
struct TypedCommand {
  const CLI::App* command;
  std::string words; ///< " db update"
};

TypedCommand typed_command(const CLI::App& app) {
  TypedCommand typed{&app, ""};
  for (auto below = app.get_subcommands(); !below.empty(); below = below.front()->get_subcommands())
    typed = {below.front(), typed.words + " " + below.front()->get_name()};
  return typed;
}

/// Every flag and verb that could have been meant.
std::vector<std::string> known_words(const CLI::App& app, const CLI::App& command) {
  std::vector<std::string> words;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames())
      words.push_back("--" + name);
  for (const CLI::App* commands : {&command, &app})
    for (const CLI::App* below : commands->get_subcommands(nullptr))
      words.push_back(below->get_name());
  return words;
}

/// One sentence for a command line that is wrong, and where to read on.
int complain_about_usage(const CLI::App& app, const CLI::ParseError& error) {
  std::string sentence = base::printable(error.what());
  const TypedCommand typed = typed_command(app);
  const auto left_over = app.remaining(true);
  if (!left_over.empty()) {
    const std::string& word = left_over.front();
    sentence = fmt::format("there is no {} '{}'",
                           word.starts_with('-') ? "flag" : "command or argument",
                           base::printable(word));
    const std::string meant = base::nearest(word, known_words(app, *typed.command));
    if (!meant.empty()) sentence += fmt::format("; did you mean {}?", meant);
  }
  std::fputs(fmt::format("portique: {}\nsee: portique{} --help\n", sentence, typed.words).c_str(),
             stderr);
  return static_cast<int>(ExitCode::Usage);
}

int run(int argc, char** argv) {
  CLI::App app("Container security: one gate for images, hosts and running containers", "portique");
  app.set_version_flag("--version", "portique " PORTIQUE_VERSION);
  app.require_subcommand(1);
  app.option_defaults()->always_capture_default(false);
  app.footer("Exit codes: 0 nothing above the gate, 1 the gate was tripped, 2 wrong usage,\n"
             "3 the work could not be done, 4 done, but the evidence is incomplete.");
  Invocation invocation;
  add_scan_command(app, invocation);
  add_check_command(app, invocation);
  add_sbom_command(app, invocation);
  add_explain_command(app, invocation);
  add_policy_command(app, invocation);
  add_authz_command(app, invocation);
  add_admit_command(app, invocation);
  add_audit_command(app, invocation);
  add_db_command(app, invocation);
  add_version_compare_command(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked); // --help, --version
  } catch (const CLI::ParseError& error) {
    return complain_about_usage(app, error);
  }
  return static_cast<int>(invocation.run());
}

} // namespace

} // namespace portique::cli

int main(int argc, char** argv) {
  return portique::cli::run(argc, argv);
}
