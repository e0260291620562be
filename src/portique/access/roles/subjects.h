#pragma once

// Who a role is bound to.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/request_source.h"

namespace portique::access {

/// A client certificate: by its fingerprint, or by the names in it.
struct CertificateSubject {
  std::string fingerprint; ///< lower-case hexadecimal; "" for any
  std::string common_name; ///< "" for any
  std::string organization;

  friend bool operator==(const CertificateSubject&, const CertificateSubject&) = default;
};

/// A container whose processes call. Its name and image are what its creator wrote, so an owner
/// makes a binding tight.
struct ContainerSubject {
  std::string name; ///< a pattern, or the whole id; "" for any
  std::string image;
  std::string owner;

  friend bool operator==(const ContainerSubject&, const ContainerSubject&) = default;
};

struct Subjects {
  std::vector<std::string> users;  ///< names; "*" and "?" stand for others
  std::vector<std::string> groups; ///< the same
  std::vector<CertificateSubject> certificates;
  std::vector<std::uint32_t> uids; ///< of local processes on the host
  std::vector<ContainerSubject> containers;
  bool socket = false; ///< whoever has access to the engine's own socket

  [[nodiscard]] bool empty() const;

  /// Whether the caller is one of them. A process in a container is only ever one of `containers`:
  /// its uid 0 is not the host's root. A caller without proof is only `socket`.
  [[nodiscard]] bool include(const RequestView& request) const;

  /// "alice, group dev", for sentences; at most some of them.
  [[nodiscard]] std::string text() const;
};

/// A subject that stands in both, by what is written: the same user, group, certificate or uid, or
/// a user that a pattern of the other one takes in. "" if there is none.
std::string common_subject(const Subjects& a, const Subjects& b);

} // namespace portique::access
