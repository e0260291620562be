#pragma once

// Which Debian security archives apt is configured for: sources.list(5), both its forms.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"

namespace portique::advisory {

/// One archive and suite.
struct AptSource {
  std::string uri;   ///< without trailing slash
  std::string suite; ///< "bookworm-security"
  std::vector<std::string> components;
  std::string keyring; ///< absolute path of Signed-By, "" if none is named

  friend bool operator==(const AptSource&, const AptSource&) = default;
};

/// "deb [options] URI SUITE COMPONENT..." lines; others are passed over.
std::vector<AptSource> parse_sources_list(std::string_view text);

/// deb822 paragraphs, one source for each URI and suite; disabled ones are left out.
std::vector<AptSource> parse_deb822_sources(std::string_view text);

/// Whether it is the security archive of a Debian mirror: http(s), a path that ends in "debian" or
/// "debian-security", a suite "NAME-security".
bool is_debian_security(const AptSource& source);

/// The security archives that the files below `etc_apt` ("/etc/apt") name, each once.
/// Code::NotFound if there is none.
base::Result<std::vector<AptSource>> configured_sources(const std::filesystem::path& etc_apt);

/// What --apt-source takes: "URI SUITE [COMPONENT...]"; without components "main".
base::Result<AptSource> parse_apt_source(std::string_view text);

} // namespace portique::advisory
