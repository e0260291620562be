#include "portique/cli/authz_policy.h"

#include <cstdio>

#include "portique/base/text.h"
#include "portique/base/time.h"

namespace portique::cli {

base::Result<std::shared_ptr<const access::AccessPolicy>>
loaded_access_policy(const std::string& path) {
  access::LoadedAccessPolicy loaded =
      access::AccessPolicy::load_file(path, base::Limits(), base::now());
  for (const policy::Diagnostic& diagnostic : loaded.diagnostics)
    if (diagnostic.level == policy::Level::Error)
      std::fputs((diagnostic.text() + '\n').c_str(), stderr);
  if (loaded.policy) return loaded.policy;
  return base::fail(base::Code::Malformed,
                    "the policy '" + base::printable(path) + "' cannot be used");
}

} // namespace portique::cli
