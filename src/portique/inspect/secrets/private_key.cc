// RFC 7468 (PEM), RFC 1421 4.6 (Proc-Type, DEK-Info), PKCS#1, SEC1 and PKCS#8 are DER: a SEQUENCE
// whose length is that of the whole. OpenSSH: PROTOCOL.key of its sources. PGP: RFC 9580 6
// (armour).

#include "portique/inspect/secrets/private_key.h"

#include <optional>
#include <string>

#include "portique/base/byte_reader.h"
#include "portique/base/text.h"

namespace portique::inspect {

namespace {

/// The lines between BEGIN and END without their breaks, escaped or not, and without headers.
std::string body_of(std::string_view block, bool& encrypted_by_header) {
  const std::size_t begin = block.find("-----", block.find("-----BEGIN") + 5);
  const std::size_t end = block.rfind("-----END");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + 5)
    return {};
  std::string_view inner = block.substr(begin + 5, end - begin - 5);
  encrypted_by_header = inner.contains("ENCRYPTED");
  // Headers end at an empty line; only those have a colon.
  if (const std::size_t colon = inner.rfind(": "); colon != std::string_view::npos) {
    const std::size_t line = std::min(inner.find('\n', colon), inner.find("\\n", colon));
    if (line == std::string_view::npos) return {};
    inner.remove_prefix(line);
  }
  std::string body;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    const char c = inner[i];
    if (c == '\\' && i + 1 < inner.size() && (inner[i + 1] == 'n' || inner[i + 1] == 'r')) {
      ++i;
      continue;
    }
    if (base::is_alnum(c) || c == '+' || c == '/' || c == '=')
      body += c;
    else if (!base::is_space(c) && c != '"' && c != '\'' && c != '\\' && c != ',' && c != '#' &&
             c != '*' && c != '|' && c != ';' && c != '.')
      return {};
  }
  return body;
}

/// A DER SEQUENCE that is exactly as long as it says, some padding aside.
bool is_der_sequence(std::string_view bytes) {
  base::ByteReader reader(base::as_bytes(bytes));
  const auto tag = reader.le<std::uint8_t>();
  const auto first = reader.le<std::uint8_t>();
  if (!tag || !first || *tag != 0x30) return false;
  std::uint64_t length = *first;
  if (*first >= 0x80) {
    const unsigned count = *first & 0x7FU;
    if (count == 0 || count > 4) return false;
    length = 0;
    for (unsigned i = 0; i < count; ++i) {
      const auto byte = reader.le<std::uint8_t>();
      if (!byte) return false;
      length = length << 8U | *byte;
    }
  }
  constexpr std::uint64_t kShortestKey = 40; // Ed25519 in PKCS#8 has 46
  return length >= kShortestKey && length <= reader.remaining() && reader.remaining() - length < 8;
}

PrivateKeyState judge_openssh(std::string_view bytes) {
  constexpr std::string_view kMagic{"openssh-key-v1\0", 15};
  if (!bytes.starts_with(kMagic)) return PrivateKeyState::NoKey;
  bytes.remove_prefix(kMagic.size());
  constexpr std::string_view kNone{"\0\0\0\4none", 8};
  return bytes.starts_with(kNone) ? PrivateKeyState::Plain : PrivateKeyState::Encrypted;
}

PrivateKeyState judge_putty(std::string_view block) {
  if (!block.contains("Private-Lines:")) return PrivateKeyState::NoKey;
  return block.contains("Encryption: none") ? PrivateKeyState::Plain : PrivateKeyState::Encrypted;
}

} // namespace

PrivateKeyState judge_private_key(std::string_view block) {
  if (block.starts_with("PuTTY-User-Key-File-")) return judge_putty(block);
  bool encrypted = false;
  std::string body = body_of(block, encrypted);
  const std::size_t name_end = block.find("-----", 5);
  const std::string_view name = block.substr(0, name_end);
  if (name.contains("PGP")) {
    // An armour checksum ("=" and four characters) follows the key.
    const std::size_t sum = body.rfind('=');
    if (sum != std::string::npos && body.size() - sum == 5) body.resize(sum);
  }
  const auto bytes = base::from_base64(body);
  if (!bytes || bytes->empty()) return PrivateKeyState::NoKey;
  if (name.contains("PGP")) {
    // A secret-key packet: tag 5 in the old or the new form.
    const auto tag = static_cast<unsigned char>(bytes->front());
    const bool is_key = (tag & 0xFCU) == 0x94U || tag == 0xC5U;
    return is_key ? PrivateKeyState::Plain : PrivateKeyState::NoKey;
  }
  if (name.contains("OPENSSH")) return judge_openssh(*bytes);
  if (name.contains("ENCRYPTED")) encrypted = true;
  // Encrypted PKCS#1 is no DER but as long as a cipher's blocks.
  if (encrypted && !name.contains("ENCRYPTED"))
    return bytes->size() >= 48 && bytes->size() % 8 == 0 ? PrivateKeyState::Encrypted
                                                         : PrivateKeyState::NoKey;
  if (!is_der_sequence(*bytes)) return PrivateKeyState::NoKey;
  return encrypted ? PrivateKeyState::Encrypted : PrivateKeyState::Plain;
}

} // namespace portique::inspect
