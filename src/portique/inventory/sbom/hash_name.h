#pragma once

#include <string>
#include <string_view>

namespace portique::inventory {

/// "sha256:HEX" of an algorithm as SBOM formats name it ("SHA-256", "SHA256") and its value; "" if
/// the value is no hexadecimal number.
std::string hash_text(std::string_view algorithm, std::string_view value);

} // namespace portique::inventory
