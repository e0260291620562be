#include "portique/cli/authz_approve.h"

#include <filesystem>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "portique/access/roles/approvals.h"
#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/cli/authz_policy.h"
#include "portique/cli/terminal_options.h"

namespace portique::cli {

namespace {

constexpr std::uint64_t kKeyBytes = 64ULL << 10U;
constexpr std::uint64_t kApprovalBytes = 1ULL << 20U; // an approval has some 300 bytes

struct Flags {
  std::string policy;
  std::string person;
  std::string key;
};

base::Result<void> approve(const Flags& flags) {
  const auto policy = PQ_TRY(loaded_access_policy(flags.policy));
  const access::PrivateKey key = PQ_TRY(base::at(
      flags.key, access::PrivateKey::parse(PQ_TRY(base::read_file(flags.key, kKeyBytes)))));
  const std::string path = flags.policy + ".approvals";
  std::string before;
  if (std::filesystem::exists(path)) before = PQ_TRY(base::read_file(path, kApprovalBytes));
  const std::string after =
      PQ_TRY(access::approve(*policy, flags.person, key, before, base::now()));
  PQ_TRY(base::write_file_atomically(path, after));
  const access::ApprovalRule& rule = *policy->approvals();
  const std::string& digest = policy->written_digest();
  const auto people = PQ_TRY(access::approved_by(rule, digest, after));
  const auto enough = access::check_approvals(rule, rule.author, digest, after);
  return write_to_stdout(fmt::format("{}: {} is approved by {}; {}\n",
                                     path,
                                     digest,
                                     fmt::join(people, ", "),
                                     enough ? "it can serve" : enough.error().message()));
}

} // namespace

void add_authz_approve(CLI::App& authz, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      authz.add_subcommand("approve", "Sign a version of a policy as its author or second person");
  command->add_option("POLICY", flags->policy, "access.yaml as it stands")
      ->required()
      ->type_name("FILE");
  command->add_option("--person", flags->person, "Who approves: a name under approvals.people")
      ->required()
      ->type_name("NAME");
  command->add_option("--key", flags->key, "Their Ed25519 private key in PEM")
      ->required()
      ->type_name("FILE");
  command->footer(
      "The approval goes into POLICY.approvals. A gate takes the version once its author\n"
      "and as many others as the serving policy wants have approved it.");
  command->callback([flags, &invocation] {
    invocation.run = [flags] {
      const auto done = approve(*flags);
      return done ? ExitCode::Ok : complain(done.error());
    };
  });
}

} // namespace portique::cli
