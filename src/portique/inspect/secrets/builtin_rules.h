#pragma once

#include "portique/base/result.h"
#include "portique/inspect/secrets/secret_rules.h"

namespace portique::inspect {

/// The rules of rules/secrets.yaml, compiled when the program was built.
base::Result<SecretRules> builtin_secret_rules();

} // namespace portique::inspect
