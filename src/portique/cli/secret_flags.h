#pragma once

// The flags that say how secrets are found and told apart.

#include <memory>
#include <string>
#include <vector>

#include "portique/base/result.h"
#include "portique/cli/source_flags.h"
#include "portique/scan/secret_search.h"

namespace portique::cli {

struct SecretFlags {
  std::vector<std::string> rules; ///< files
  std::string salt;
};

/// --secret-rules and --secret-salt. `flags` must outlive the parsing.
void add_secret_flags(CLI::App& command, SecretFlags& flags);

/// The rules that count, and the installation's salt. `in_files`: whether files are searched.
base::Result<std::shared_ptr<const scan::SecretSearch>>
secret_search_of(const SecretFlags& flags, const SourceFlags& source, bool in_files);

} // namespace portique::cli
