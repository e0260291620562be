#pragma once

// Files that come with a policy, so that none is looked for on disk: those of the commit that it
// was read from, or from beside its address.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::policy {

/// Texts by the name that included_name() gives them.
using IncludedFiles = std::map<std::string, std::string, std::less<>>;

/// The name of a file that another one names, beside it: "team/more.yaml" of "../more.yaml" in
/// "team/x/access.yaml", "https://host/more.yaml" of "more.yaml" in "https://host/access.yaml". One
/// that leads beyond where the other one lies begins with "../", or with "/"; what is no path on
/// the other one's host is an error.
base::Result<std::string> included_name(std::string_view from, std::string_view name);

/// What a policy's text includes, as it is written there: files, and no parts of the program.
base::Result<std::vector<std::string>> includes_of(std::string_view text,
                                                   const base::Limits& limits);

} // namespace portique::policy
