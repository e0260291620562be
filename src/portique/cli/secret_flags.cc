#include "portique/cli/secret_flags.h"

#include <CLI/CLI.hpp>

#include "portique/base/limits.h"
#include "portique/inspect/secrets/builtin_rules.h"
#include "portique/inspect/secrets/rule_file.h"

namespace portique::cli {

void add_secret_flags(CLI::App& command, SecretFlags& flags) {
  command
      .add_option("--secret-rules",
                  flags.rules,
                  "Rules for secrets of your own, YAML or gitleaks.toml (again for more)")
      ->envname("PORTIQUE_SECRET_RULES")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("FILE");
  command
      .add_option("--secret-salt",
                  flags.salt,
                  "What secrets' fingerprints are made with, instead of this installation's own")
      ->envname("PORTIQUE_SECRET_SALT")
      ->type_name("TEXT");
}

base::Result<std::shared_ptr<const scan::SecretSearch>>
secret_search_of(const SecretFlags& flags, const SourceFlags& source, bool in_files) {
  const auto search = std::make_shared<scan::SecretSearch>();
  search->in_files = in_files;
  search->salt = flags.salt.empty()
                     ? PQ_TRY(inspect::SecretSalt::of_installation(cache_dir_of(source)))
                     : inspect::SecretSalt(flags.salt);
  bool builtin = true;
  std::vector<std::shared_ptr<const inspect::SecretRules>> own;
  for (const std::string& file : flags.rules) {
    inspect::SecretRuleSet set = PQ_TRY(inspect::read_rule_file(file, base::Limits{}));
    builtin = builtin && set.extends_builtin;
    search->book.disabled.insert(set.disabled.begin(), set.disabled.end());
    own.push_back(std::make_shared<const inspect::SecretRules>(PQ_TRY(base::at(
        file,
        inspect::SecretRules::compile(std::move(set), inspect::PatternPlatform::ThisMachine)))));
  }
  if (builtin)
    search->book.sets.push_back(
        std::make_shared<const inspect::SecretRules>(PQ_TRY(inspect::builtin_secret_rules())));
  std::ranges::move(own, std::back_inserter(search->book.sets));
  return search;
}

} // namespace portique::cli
