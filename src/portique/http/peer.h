#pragma once

// Who is at the other end of a connection, as the kernel or TLS says: nothing that the peer says of
// itself in a request.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace portique::http {

/// SO_PEERCRED of a Unix socket, at the time of connect().
struct PeerProcess {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int32_t pid = 0;
};

/// A client certificate that the server's authorities signed.
struct PeerCertificate {
  std::string common_name;
  std::vector<std::string> organizations;      ///< O, in their order
  std::vector<std::string> organization_units; ///< OU
  std::string fingerprint;                     ///< SHA-256 of the DER, in hexadecimal
  std::string serial;                          ///< in hexadecimal
};

struct Peer {
  std::string address; ///< "192.0.2.1:4711", "[2001:db8::1]:4711", "unix"
  std::optional<PeerProcess> process;
  std::optional<PeerCertificate> certificate;
};

} // namespace portique::http
