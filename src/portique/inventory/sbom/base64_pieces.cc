#include "portique/inventory/sbom/base64_pieces.h"

#include <optional>

#include "portique/base/text.h"

namespace portique::inventory {

namespace {

std::optional<std::uint32_t> value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (base::is_digit(c)) return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return std::nullopt;
}

} // namespace

base::Result<std::string> Base64Pieces::decode(std::string_view piece) {
  std::string out;
  out.reserve(piece.size() / 4 * 3 + 3);
  for (const char c : piece) {
    if (base::is_space(c)) continue;
    if (c == '=') {
      padded_ = true;
      continue;
    }
    const auto value = value_of(c);
    if (!value || padded_) return base::fail(base::Code::Malformed, "it is not base64");
    bits_ = (bits_ << 6U) | *value;
    count_ += 6;
    if (count_ < 8) continue;
    count_ -= 8;
    out += static_cast<char>((bits_ >> count_) & 0xFFU);
  }
  return out;
}

} // namespace portique::inventory
