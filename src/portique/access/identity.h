#pragma once

// Who asks: what a gate knows of the caller, never what the caller says of itself.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portique::access {

/// How the caller proved who they are.
enum class Proof : std::uint8_t {
  None,        ///< the engine's own socket, seen through the plugin: anybody with access to it
  Socket,      ///< SO_PEERCRED of the guard's socket
  Certificate, ///< TLS client certificate
  Kubernetes,  ///< the API server's word (userInfo of an AdmissionReview)
};

/// "none", "socket", "certificate", "kubernetes".
std::string_view proof_name(Proof proof);

/// A process on this machine.
struct LocalCaller {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int32_t pid = 0;
  std::optional<std::uint32_t> login_uid; ///< /proc/PID/loginuid: who logged in, before any sudo
  std::string container;                  ///< id of the container that it runs in, "" on the host
};

struct Identity {
  std::string user;                ///< CN, account name, Kubernetes user name; "" if unknown
  std::vector<std::string> groups; ///< O and OU, local groups, Kubernetes groups
  Proof proof = Proof::None;
  std::string address;     ///< as http::Peer has it; "" if unknown
  std::string certificate; ///< SHA-256 fingerprint in hexadecimal, "" without one
  std::optional<LocalCaller> local;
};

} // namespace portique::access
