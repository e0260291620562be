#pragma once

// One line of a trail with what is needed to check it without the trail: the head that signed its
// segment, the way up to that head's root, and the key (docs/audit-trail.md).

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "portique/access/audit/signing_key.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

/// The proof of line `number` as JSON. Code::NotFound if there is no such line, or no head behind
/// it yet.
base::Result<std::string> make_proof(const std::filesystem::path& folder, std::uint64_t number);

struct CheckedProof {
  std::string entry; ///< the line
  std::uint64_t number = 0;
  std::uint64_t head = 0; ///< number of the head that vouches for it
  base::Time signed_at;
  std::string key;         ///< fingerprint
  bool is_own_key = false; ///< the key came with the proof
};

/// Code::DigestMismatch says why the proof proves nothing. Without `key` the proof's own counts,
/// which only says that whoever made it had some key.
base::Result<CheckedProof> check_proof(std::string_view text, const VerifyingKey* key);

} // namespace portique::access
