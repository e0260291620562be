#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "portique/base/result.h"

namespace portique::inventory {

/// Decodes base64 (RFC 4648, both alphabets, padding optional) that comes in pieces.
class Base64Pieces {
public:
  /// The bytes that this piece completes. Code::Malformed at the first character that is none.
  base::Result<std::string> decode(std::string_view piece);

private:
  std::uint32_t bits_ = 0;
  unsigned count_ = 0; ///< bits that are waiting
  bool padded_ = false;
};

} // namespace portique::inventory
