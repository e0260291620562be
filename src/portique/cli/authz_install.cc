#include "portique/cli/authz_install.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "portique/access/install/authz_install.h"
#include "portique/base/text.h"
#include "portique/cli/terminal_options.h"

namespace portique::cli {

namespace {

struct Flags {
  access::InstallOptions options;
  bool dry_run = false;
  bool no_units = false;
  bool no_daemon = false;
};

std::string shown(const access::ChangePlan& plan) {
  std::string text = plan.diff();
  if (text.empty()) text = "nothing to change\n";
  for (const std::string& note : plan.notes)
    text += "note: " + base::printable(note) + "\n";
  return text;
}

base::Result<int> install(Flags flags) {
  flags.options.units = !flags.no_units;
  flags.options.daemon = !flags.no_daemon;
  auto plan = access::plan_install(flags.options);
  base::Result<void> daemon;
  if (!plan && plan.error().code() == base::Code::Unsupported && flags.options.units) {
    // The units can be put in place before the daemon may be touched: the plugin comes up by them.
    daemon = std::unexpected(plan.error());
    flags.options.daemon = false;
    flags.options.reload = false;
    plan = access::plan_install(flags.options);
  }
  if (!plan) return std::unexpected(plan.error());
  PQ_TRY(write_to_stdout(shown(*plan)));
  if (!flags.dry_run) PQ_TRY(access::apply_install(*plan, flags.options));
  if (!daemon) return std::unexpected(daemon.error());
  return 0;
}

base::Result<int> uninstall(Flags flags) {
  flags.options.units = !flags.no_units;
  flags.options.daemon = !flags.no_daemon;
  const access::ChangePlan plan = PQ_TRY(access::plan_uninstall(flags.options));
  PQ_TRY(write_to_stdout(shown(plan)));
  if (!flags.dry_run) PQ_TRY(access::apply_uninstall(plan, flags.options));
  return 0;
}

using Verb = base::Result<int> (*)(Flags);

void add_verb(CLI::App& authz,
              Invocation& invocation,
              const std::string& name,
              const std::string& help,
              Verb verb) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = authz.add_subcommand(name, help);
  command->add_flag("--dry-run", flags->dry_run, "Only show what would change");
  command->add_flag("--reload", flags->options.reload, "Have the daemon take the change at once");
  command->add_flag("--no-units", flags->no_units, "Leave systemd alone");
  command->add_flag("--no-daemon", flags->no_daemon, "Leave daemon.json alone");
  command->add_option("--daemon-config", flags->options.daemon_config, "Docker's daemon.json")
      ->capture_default_str()
      ->type_name("FILE");
  command->add_option("--plugin", flags->options.plugin, "Name of the plugin")
      ->capture_default_str();
  command
      ->add_option("--plugin-socket",
                   flags->options.plugin_socket,
                   "Its socket (default: /run/docker/plugins/NAME.sock)")
      ->type_name("PATH");
  command->add_option("--engine-socket", flags->options.engine_socket, "The daemon's own socket")
      ->capture_default_str()
      ->type_name("PATH");
  command->add_option("--root", flags->options.root, "Put units and state below this folder")
      ->capture_default_str()
      ->type_name("DIR");
  command->callback([flags, verb, &invocation] {
    invocation.run = [flags, verb] {
      const auto code = verb(*flags);
      return code ? static_cast<ExitCode>(*code) : complain(code.error());
    };
  });
}

} // namespace

void add_authz_install(CLI::App& authz, Invocation& invocation) {
  add_verb(authz,
           invocation,
           "install",
           "Put units for systemd in place and name the plugin in daemon.json",
           install);
  add_verb(authz,
           invocation,
           "uninstall",
           "Take away what install put in place; what was there before comes back exactly",
           uninstall);
}

} // namespace portique::cli
