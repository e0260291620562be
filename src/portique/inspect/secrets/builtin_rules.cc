#include "portique/inspect/secrets/builtin_rules.h"

// PORTIQUE_SECRET_RULES_FILE is made by the build from rules/secrets.yaml.
__asm__(".section .rodata\n"
        ".balign 16\n"
        ".global portique_secret_rules_begin\n"
        "portique_secret_rules_begin:\n"
        ".incbin \"" PORTIQUE_SECRET_RULES_FILE "\"\n"
        ".global portique_secret_rules_end\n"
        "portique_secret_rules_end:\n"
        ".byte 0\n"
        ".text\n");

extern "C" {
// NOLINTBEGIN(readability-identifier-naming): symbols
extern const std::byte portique_secret_rules_begin[];
extern const std::byte portique_secret_rules_end[];
// NOLINTEND(readability-identifier-naming)
}

namespace portique::inspect {

base::Result<SecretRules> builtin_secret_rules() {
  return SecretRules::unpack({portique_secret_rules_begin, portique_secret_rules_end});
}

} // namespace portique::inspect
