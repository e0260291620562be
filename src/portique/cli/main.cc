// portique: one file a verb; this one finds the verb and turns its answer into an exit code.

#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/cli/command.h"
#include "portique/cli/db_command.h"
#include "portique/cli/sbom_command.h"
#include "portique/cli/scan_command.h"
#include "portique/cli/suggest.h"
#include "portique/cli/version_compare_command.h"

namespace portique::cli {

namespace {

/// Every flag and verb that could have been meant.
std::vector<std::string> known_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* command : app.get_subcommands(nullptr))
    words.push_back(command->get_name());
  const auto parsed = app.get_subcommands();
  const CLI::App& innermost = parsed.empty() ? app : *parsed.front();
  for (const CLI::Option* option : innermost.get_options())
    for (const std::string& name : option->get_lnames())
      words.push_back("--" + name);
  for (const CLI::App* command : innermost.get_subcommands(nullptr))
    words.push_back(command->get_name());
  return words;
}

/// One sentence for a command line that is wrong, and where to read on.
int complain_about_usage(const CLI::App& app, const CLI::ParseError& error) {
  std::string sentence = base::printable(error.what());
  const auto left_over = app.remaining(true);
  if (!left_over.empty()) {
    const std::string& typed = left_over.front();
    sentence = fmt::format("there is no {} '{}'",
                           typed.starts_with('-') ? "flag" : "command or argument",
                           base::printable(typed));
    const std::string meant = nearest(typed, known_words(app));
    if (!meant.empty()) sentence += fmt::format("; did you mean {}?", meant);
  }
  const auto parsed = app.get_subcommands();
  const std::string verb = parsed.empty() ? "" : " " + parsed.front()->get_name();
  std::fputs(fmt::format("portique: {}\nsee: portique{} --help\n", sentence, verb).c_str(), stderr);
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
  add_sbom_command(app, invocation);
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
