#pragma once

// The detached signature of a policy document: what it is of, and which number it has, so that an
// older document cannot be passed off for the newest one.
//
// A JSON object in a file beside the document (NAME.sig):
//   {"format": "portique policy signature 1", "serial": 7, "signed": "2026-01-31T12:00:00Z",
//    "expires": "2026-03-31T12:00:00Z", "digest": "sha256:...", "key": "sha256:...",
//    "signature": "<base64>"}
// The signature is Ed25519 over these lines, each with a line feed:
//   portique policy signature 1
//   serial 7
//   signed 2026-01-31T12:00:00Z
//   expires 2026-03-31T12:00:00Z       ("expires never" without the member)
//   digest sha256:...

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "portique/access/trust/public_key.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

/// What the owner of a key says about a policy document.
struct PolicyStatement {
  std::uint64_t serial = 0; ///< grows with every version
  base::Time signed_at;
  std::optional<base::Time> expires; ///< not taken after it
  std::string digest;                ///< "sha256:..." of the document

  friend bool operator==(const PolicyStatement&, const PolicyStatement&) = default;
};

/// The signature as JSON. Only Ed25519 keys are taken.
base::Result<std::string> sign_policy(const PolicyStatement& statement, const PrivateKey& key);

/// What one of the keys says about the document. Code::DigestMismatch if nobody among them signed,
/// or what was signed is another document. `expires` is not looked at.
base::Result<PolicyStatement> verify_policy(std::string_view document,
                                            std::string_view signature,
                                            std::span<const PublicKey> keys);

} // namespace portique::access
