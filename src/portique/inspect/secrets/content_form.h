#pragma once

// What a file's first bytes say of how its text is to be read.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "portique/base/byte_reader.h"

namespace portique::inspect {

enum class ContentForm : std::uint8_t {
  Plain,   ///< as it is: text in ASCII or a superset, and programs
  Utf16Le, ///< text in two bytes a character
  Utf16Be,
  Gzip,   ///< one file, or a tar archive
  Zip,    ///< and what is made of it: jar, whl, documents
  Opaque, ///< compressed otherwise; pictures, sound, video, fonts: holds nothing that can be seen
};

/// Text in UTF-16 is told by its byte order mark, or by every other byte being zero and the others
/// being what text is made of.
ContentForm content_form(std::string_view first);

/// Makes UTF-8 of UTF-16 that comes in pieces. What is no character becomes U+FFFD.
class Utf16Decoder {
public:
  explicit Utf16Decoder(bool big_endian) : big_endian_(big_endian) {}

  /// Appends to `into`; the byte order mark is left out.
  void decode(base::Bytes piece, std::string& into);

private:
  void add_unit(std::uint16_t unit, std::string& into);

  bool big_endian_;
  std::optional<std::uint8_t> odd_byte_; ///< of a unit whose other byte is to come
  std::uint16_t high_surrogate_ = 0;     ///< that waits for its other half; 0: none
};

} // namespace portique::inspect
