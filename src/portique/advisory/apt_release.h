#pragma once

// An archive's signed index: the InRelease file of a suite.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/advisory/debian_control.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::advisory {

struct AptRelease {
  std::string origin;   ///< "Debian"
  std::string codename; ///< "bookworm-security"
  std::string version;  ///< "12"
  base::Time date;      ///< when the index was made
  std::optional<base::Time> valid_until;
  std::vector<ControlFile> files; ///< names relative to the suite's folder

  /// nullptr if the index does not list it.
  [[nodiscard]] const ControlFile* file(std::string_view name) const;
};

/// Of a Release file's text whose signature was checked. Code::Malformed without Date, Codename or
/// SHA256 list.
base::Result<AptRelease> parse_release(std::string_view text);

/// "Debian:12" from Version, else from the codename.
base::Result<std::string> release_ecosystem(const AptRelease& release);

/// "Sat, 21 Nov 2026 00:53:02 UTC"
std::optional<base::Time> parse_release_date(std::string_view text);

/// The signed text of a clear-signed file, if gpgv says that one of the keyring's keys signed it.
/// Code::NotFound if gpgv or the keyring is absent, Code::DigestMismatch if the signature is not
/// good.
base::Result<std::string> verify_clearsigned(const std::filesystem::path& file,
                                             const std::filesystem::path& keyring);

} // namespace portique::advisory
