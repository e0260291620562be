// UTF-16: RFC 2781.

#include "portique/inspect/secrets/content_form.h"

#include <algorithm>
#include <array>

namespace portique::inspect {

namespace {

using namespace std::string_view_literals;

/// What begins like this is compressed in ways that are not looked into.
constexpr std::array kOpaque{"\xfd"
                             "7zXZ"sv,
                             "\x28\xb5\x2f\xfd"sv,
                             "BZh"sv,
                             "7z\xbc\xaf"sv,
                             "\x89PNG"sv,
                             "\xff\xd8\xff"sv,
                             "GIF8"sv,
                             "RIFF"sv,
                             "OggS"sv,
                             "ID3"sv,
                             "fLaC"sv,
                             "wOFF"sv,
                             "wOF2"sv,
                             "Rar!"sv,
                             "\x04\x22\x4d\x18"sv,
                             "!<arch>\ndebian-binary"sv};

constexpr char32_t kReplacement = 0xfffd;

bool is_high_surrogate(std::uint16_t unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}

bool is_low_surrogate(std::uint16_t unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

void add_character(char32_t c, std::string& into) {
  const auto add = [&](char32_t byte) { into.push_back(static_cast<char>(byte)); };
  if (c < 0x80) return add(c);
  if (c < 0x800) {
    add(0xc0 | c >> 6U);
  } else {
    if (c < 0x10000) {
      add(0xe0 | c >> 12U);
    } else {
      add(0xf0 | c >> 18U);
      add(0x80 | (c >> 12U & 0x3fU));
    }
    add(0x80 | (c >> 6U & 0x3fU));
  }
  add(0x80 | (c & 0x3fU));
}

/// Whether the bytes at `at`, `at` + 2, ... are characters of text and those between are zero. So
/// short a text that it proves nothing is none; of longer ones the beginning decides.
bool is_wide_text(std::string_view first, std::size_t at) {
  constexpr std::size_t kLeast = 16;
  constexpr std::size_t kMost = 512;
  const std::size_t size = std::min(first.size(), kMost) / 2 * 2;
  if (size < kLeast) return false;
  for (std::size_t i = 0; i < size; i += 2) {
    const auto c = static_cast<unsigned char>(first[i + at]);
    const bool is_blank = c == '\n' || c == '\r' || c == '\t';
    if (first[i + 1 - at] != '\0' || (!is_blank && (c < 0x20 || c >= 0x7f))) return false;
  }
  return true;
}

} // namespace

ContentForm content_form(std::string_view first) {
  if (first.starts_with("\x1f\x8b")) return ContentForm::Gzip;
  if (first.starts_with("PK\x03\x04"sv)) return ContentForm::Zip;
  for (const std::string_view magic : kOpaque)
    if (first.starts_with(magic)) return ContentForm::Opaque;
  if (first.size() > 8 && first.substr(4, 4) == "ftyp") return ContentForm::Opaque;
  // The mark of UTF-32 begins like that of UTF-16.
  if (first.starts_with("\xff\xfe"sv) && !first.starts_with("\xff\xfe\0\0"sv))
    return ContentForm::Utf16Le;
  if (first.starts_with("\xfe\xff"sv)) return ContentForm::Utf16Be;
  if (is_wide_text(first, 0)) return ContentForm::Utf16Le;
  if (is_wide_text(first, 1)) return ContentForm::Utf16Be;
  return ContentForm::Plain;
}

void Utf16Decoder::decode(base::Bytes piece, std::string& into) {
  for (const std::byte byte : piece) {
    const auto value = std::to_integer<std::uint8_t>(byte);
    if (!odd_byte_) {
      odd_byte_ = value;
      continue;
    }
    const std::uint8_t high = big_endian_ ? *odd_byte_ : value;
    const std::uint8_t low = big_endian_ ? value : *odd_byte_;
    odd_byte_.reset();
    add_unit(static_cast<std::uint16_t>(high << 8U | low), into);
  }
}

void Utf16Decoder::add_unit(std::uint16_t unit, std::string& into) {
  constexpr std::uint16_t kByteOrderMark = 0xfeff;
  if (high_surrogate_ != 0) {
    const auto high = static_cast<char32_t>(high_surrogate_ - 0xd800);
    high_surrogate_ = 0;
    if (is_low_surrogate(unit))
      return add_character(0x10000 + (high << 10U) + (unit - 0xdc00U), into);
    add_character(kReplacement, into);
  }
  if (unit == kByteOrderMark) return;
  if (is_high_surrogate(unit))
    high_surrogate_ = unit;
  else
    add_character(is_low_surrogate(unit) ? kReplacement : unit, into);
}

} // namespace portique::inspect
