#pragma once

// A head: the line that signs a segment (docs/audit-trail.md).

#include <cstdint>
#include <string>
#include <string_view>

#include "portique/access/audit/entry_line.h"
#include "portique/access/audit/line_hash.h"
#include "portique/access/audit/signing_key.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

struct SignedHead {
  std::uint64_t number = 0;
  Hash previous{};
  std::uint64_t first = 0; ///< of the segment
  std::uint64_t lines = 0; ///< in the segment
  Hash root{};
  base::Time time;
  std::string key;          ///< fingerprint
  std::string_view message; ///< what is signed; borrowed from the line
  std::string signature;

  [[nodiscard]] bool is_signed_by(const VerifyingKey& verifying) const {
    return verifying.verify(message, signature);
  }
};

/// Reads a line of the kind "head". Its signature is not checked yet.
base::Result<SignedHead> read_head(std::string_view line);

} // namespace portique::access
