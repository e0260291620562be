#pragma once

// What may stand in a certificate: names that are also folders, and addresses of servers.

#include <optional>
#include <string>
#include <string_view>

#include "portique/base/result.h"

namespace portique::access {

/// A common name, organisation or unit. X.520 allows 64 characters; of them letters, digits and
/// " ._@+-" are taken, so that a name reads alike in a certificate, in a policy and as a folder.
base::Result<void> check_subject_name(std::string_view name);

/// An address of a server as a certificate holds it: 4 or 16 octets of an IP address, or a DNS name
/// (RFC 1123; "*." may stand before it).
struct ServerName {
  std::string octets; ///< of an address, "" for a DNS name
  std::string dns;
};

base::Result<ServerName> parse_server_name(std::string_view text);

} // namespace portique::access
