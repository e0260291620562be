#pragma once

#include <cstdint>
#include <string_view>

namespace portique::inspect {

enum class PrivateKeyState : std::uint8_t {
  NoKey,     ///< what stands between the lines is no key
  Plain,     ///< whoever reads it has the key
  Encrypted, ///< a passphrase protects it
};

/// What a PEM block is (RFC 7468, OpenSSH's and PuTTY's own forms), its BEGIN and END lines
/// included. Line breaks may be written as "\n", as they are in JSON and in source code.
PrivateKeyState judge_private_key(std::string_view block);

} // namespace portique::inspect
