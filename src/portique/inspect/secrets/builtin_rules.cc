#include "portique/inspect/secrets/builtin_rules.h"

#include "portique/base/embed.h"

// PORTIQUE_SECRET_RULES_FILE is made by the build from rules/secrets.yaml.
PQ_EMBED(secret_rules, PORTIQUE_SECRET_RULES_FILE);

namespace portique::inspect {

base::Result<SecretRules> builtin_secret_rules() {
  return SecretRules::unpack(PQ_EMBEDDED(secret_rules));
}

} // namespace portique::inspect
