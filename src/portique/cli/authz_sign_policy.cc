#include "portique/cli/authz_sign_policy.h"

#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "portique/access/policy_source/policy_origin.h"
#include "portique/access/policy_source/policy_signature.h"
#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/cli/authz_policy.h"
#include "portique/cli/terminal_options.h"

namespace portique::cli {

namespace {

constexpr std::uint64_t kKeyBytes = 64ULL << 10U;

struct Flags {
  std::string policy;
  std::string key;
  std::string output;
  std::optional<std::uint64_t> serial;
  std::int64_t days = 0;
};

base::Result<int> sign(const Flags& flags) {
  const access::PrivateKey key = PQ_TRY(base::at(
      flags.key, access::PrivateKey::parse(PQ_TRY(base::read_file(flags.key, kKeyBytes)))));
  // Whoever gets a signed policy that does not load keeps the one before: better told here.
  PQ_TRY(loaded_access_policy(flags.policy));
  const std::string text = PQ_TRY(base::read_file(flags.policy, access::kPolicyBytes));
  // What it includes is signed with it.
  const auto included =
      PQ_TRY(access::read_includes(flags.policy, text, [](const std::string& name) {
        return base::read_file(name, access::kPolicyBytes);
      }));
  const base::Time now = base::now();
  access::PolicyStatement statement;
  statement.serial =
      flags.serial.value_or(static_cast<std::uint64_t>(now.time_since_epoch().count()));
  statement.signed_at = now;
  if (flags.days > 0) statement.expires = now + std::chrono::days(flags.days);
  statement.digest =
      base::digest_of(base::as_bytes(access::policy_document(flags.policy, text, included))).text();
  const std::string path = flags.output.empty() ? flags.policy + ".sig" : flags.output;
  PQ_TRY(base::write_file_atomically(path, PQ_TRY(access::sign_policy(statement, key))));
  PQ_TRY(write_to_stdout(
      fmt::format("{}: serial {}, key {}{}\n",
                  path,
                  statement.serial,
                  key.public_key().id(),
                  statement.expires ? ", until " + base::format_time(*statement.expires) : "")));
  return 0;
}

} // namespace

void add_authz_sign_policy(CLI::App& authz, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = authz.add_subcommand("sign-policy", "Sign a policy for those who fetch it");
  command->add_option("POLICY", flags->policy, "The document")->required()->type_name("FILE");
  command->add_option("--key", flags->key, "Ed25519 private key in PEM")
      ->required()
      ->type_name("FILE");
  command->add_option("--serial",
                      flags->serial,
                      "Number of this version, higher than the one before (default: the time)");
  command->add_option("--days", flags->days, "Not taken any more after so many days")
      ->check(CLI::Range(1, 36'500));
  command->add_option("-o,--output", flags->output, "Where it goes (default: POLICY.sig)")
      ->type_name("FILE");
  command->footer("A key is made by: openssl genpkey -algorithm ed25519 -out key.pem; its public\n"
                  "half by: openssl pkey -in key.pem -pubout -out key.pub");
  command->callback([flags, &invocation] {
    invocation.run = [flags] {
      const auto code = sign(*flags);
      return code ? static_cast<ExitCode>(*code) : complain(code.error());
    };
  });
}

} // namespace portique::cli
