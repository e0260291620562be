#pragma once

// Licences as distributions and ecosystems write them, as SPDX licence expressions
// (https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/).

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace portique::report {

/// A licence that the SPDX list does not have.
struct LicenceReference {
  std::string id;   ///< "LicenseRef-public-domain"
  std::string name; ///< as written

  friend bool operator==(const LicenceReference&, const LicenceReference&) = default;
};

struct SpdxLicence {
  std::string expression;                   ///< "" if there is no licence
  std::vector<LicenceReference> references; ///< those that the expression uses
  bool single = false; ///< one licence, by its id or reference, without operator or exception

  friend bool operator==(const SpdxLicence&, const SpdxLicence&) = default;
};

/// One licence text: an SPDX expression, Debian's short names ("GPL-2+ and Expat"), Fedora's older
/// names ("GPLv2+ and (MIT or BSD)"), lists with blanks (apk), full names ("Apache License 2.0").
/// What is none of these becomes a reference as a whole.
SpdxLicence spdx_licence(std::string_view text);

/// Several licences that hold together.
SpdxLicence spdx_licence(std::span<const std::string> texts);

} // namespace portique::report
