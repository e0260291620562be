#pragma once

// What a Debian changelog (deb-changelog(5)) says about vulnerabilities: which version of the
// source package was the first that has the fix.

#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::advisory {

/// Raised with every change of what is read out of a changelog; part of the key of cached answers.
inline constexpr int kChangelogRules = 1;

struct ChangelogFix {
  std::string cve;           ///< "CVE-2024-1234"
  std::string fixed_version; ///< the first fixed one; "" where the fix was taken back for good

  friend bool operator==(const ChangelogFix&, const ChangelogFix&) = default;
};

/// Every CVE that the changelog says was fixed, sorted by id. Code::Malformed if no line of the
/// text is the head of an entry; Code::LimitExceeded over text_database_bytes or 1,000,000
/// mentions.
base::Result<std::vector<ChangelogFix>> read_changelog(std::string_view text,
                                                       const base::Limits& limits);

} // namespace portique::advisory
