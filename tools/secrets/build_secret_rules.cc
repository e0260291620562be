// Compiles rules/secrets.yaml into the bytes that inspect/secrets/builtin_rules.cc embeds.
//
// usage: build_secret_rules RULES.yaml OUTPUT

#include <cstdio>

#include "portique/base/file.h"
#include "portique/inspect/secrets/rule_file.h"
#include "portique/inspect/secrets/secret_rules.h"

namespace base = portique::base;
namespace inspect = portique::inspect;

namespace {

base::Result<void> build(const char* rules, const char* output) {
  inspect::SecretRuleSet set = PQ_TRY(inspect::read_rule_file(rules, {}));
  const auto compiled =
      PQ_TRY(inspect::SecretRules::compile(std::move(set), inspect::PatternPlatform::Any));
  return base::write_file_atomically(output, PQ_TRY(compiled.pack()));
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: build_secret_rules RULES.yaml OUTPUT\n", stderr);
    return 2;
  }
  const auto built = build(argv[1], argv[2]);
  if (built) return 0;
  std::fprintf(stderr, "%s\n", built.error().text().c_str());
  return 1;
}
