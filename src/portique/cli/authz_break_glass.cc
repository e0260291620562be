#include "portique/cli/authz_break_glass.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "portique/access/guard/local_caller.h"
#include "portique/access/request_source.h"
#include "portique/access/roles/break_glass.h"
#include "portique/base/text.h"
#include "portique/cli/authz_policy.h"
#include "portique/cli/terminal_options.h"

namespace portique::cli {

namespace {

struct Flags {
  std::string policy = kAccessPolicy;
  std::string state = "/var/lib/portique/authz";
  std::string user;
  std::string role;
  std::string reason;
  std::uint64_t minutes = 60;
  std::string grant;
};

std::filesystem::path grants_of(const Flags& flags) {
  return std::filesystem::path(flags.state) / "grants";
}

/// The person for whom a right is taken. Only who may write the folder gets that far, so a name
/// that is given counts; who logged in stands beside it.
access::Identity person(const Flags& flags) {
  access::Accounts accounts;
  const http::PeerProcess self{.uid = ::getuid(), .gid = ::getgid(), .pid = ::getpid()};
  const base::Fd handle(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
  access::Identity identity = access::identify_local(self, handle, accounts);
  if (!flags.user.empty()) {
    identity.user = flags.user;
    identity.groups.clear();
  } else if (identity.local && identity.local->login_uid) {
    // Behind sudo it is still the one who logged in.
    auto account = accounts.look_up(*identity.local->login_uid, self.gid);
    identity.user = std::move(account.name);
    identity.groups = std::move(account.groups);
  }
  return identity;
}

base::Result<void> take(const Flags& flags) {
  const auto policy = PQ_TRY(loaded_access_policy(flags.policy));
  const access::Identity identity = person(flags);
  const access::RequestView view{.caller = &identity, .now = base::now()};
  const access::Grant grant = PQ_TRY(access::take_break_glass(*policy,
                                                              view,
                                                              grants_of(flags),
                                                              flags.role,
                                                              flags.reason,
                                                              std::chrono::minutes(flags.minutes)));
  return write_to_stdout(fmt::format(
      "{}: {} is {} until {}\n", grant.id, grant.user, grant.role, base::format_time(grant.until)));
}

base::Result<void> list(const Flags& flags) {
  const access::Grants grants = PQ_TRY(access::read_grants(grants_of(flags), base::now()));
  std::string text;
  for (const access::Grant& grant : grants.grants)
    text += fmt::format("{}  {} is {} until {}, taken by {}: {}\n",
                        grant.id,
                        grant.user,
                        grant.role,
                        base::format_time(grant.until),
                        grant.taken_by,
                        base::printable(grant.reason));
  for (const std::string& issue : grants.issues)
    text += "does not count: " + base::printable(issue) + "\n";
  return write_to_stdout(text);
}

void run(Invocation& invocation, base::Result<void> (*act)(const Flags&), const Flags& flags) {
  invocation.run = [act, flags] {
    const auto done = act(flags);
    return done ? ExitCode::Ok : complain(done.error());
  };
}

void add_state(CLI::App& command, Flags& flags) {
  command.add_option("--state", flags.state, "Folder of the gate's state")
      ->capture_default_str()
      ->type_name("FOLDER");
}

void add_take(CLI::App& family, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = family.add_subcommand("take", "Take a role that break_glass offers you");
  command->add_option("ROLE", flags->role, "The role")->required()->type_name("ROLE");
  command->add_option("--reason", flags->reason, "Why; it stands in the trail")
      ->required()
      ->type_name("TEXT");
  command->add_option("--minutes", flags->minutes, "For how long")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'080));
  command->add_option("--user", flags->user, "For whom (default: who runs this)")
      ->type_name("NAME");
  command->add_option("--policy", flags->policy, "The policy that offers it")
      ->capture_default_str()
      ->type_name("FILE");
  add_state(*command, *flags);
  command->callback([flags, &invocation] { run(invocation, &take, *flags); });
}

} // namespace

void add_authz_break_glass(CLI::App& authz, Invocation& invocation) {
  CLI::App* family =
      authz.add_subcommand("break-glass", "Rights for an emergency, which end by themselves");
  family->require_subcommand(1);
  add_take(*family, invocation);

  const auto listed = std::make_shared<Flags>();
  CLI::App* list_command = family->add_subcommand("list", "Who has one now");
  add_state(*list_command, *listed);
  list_command->callback([listed, &invocation] { run(invocation, &list, *listed); });

  const auto ended = std::make_shared<Flags>();
  CLI::App* end_command = family->add_subcommand("end", "Take one back before its time");
  end_command->add_option("GRANT", ended->grant, "As `list` names it")->required();
  add_state(*end_command, *ended);
  end_command->callback([ended, &invocation] {
    run(
        invocation,
        [](const Flags& flags) { return access::end_break_glass(grants_of(flags), flags.grant); },
        *ended);
  });
}

} // namespace portique::cli
