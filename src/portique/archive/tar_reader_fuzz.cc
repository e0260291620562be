#include <cstring>
#include <string>

#include "portique/archive/tar_reader.h"

namespace {

namespace archive = portique::archive;
namespace base = portique::base;

/// What a member gives must be as long as it says.
void walk(base::Bytes bytes) {
  base::Limits limits;
  limits.layer_entries = 10'000;
  const auto stream = archive::memory_stream(bytes);
  archive::TarReader reader(*stream, limits);
  std::uint64_t budget = 16U << 20U; // holes are free to write and not to read
  while (true) {
    const auto entry = reader.next();
    if (!entry || *entry == nullptr) return;
    const bool is_folder = (*entry)->type == archive::EntryType::Directory;
    std::uint64_t left = (*entry)->size;
    while (budget > 0) {
      const auto piece = reader.content();
      if (!piece) return;
      if (piece->empty()) {
        if (left != 0) __builtin_trap();
        break;
      }
      if (!is_folder && piece->size() > left) __builtin_trap();
      if (!is_folder) left -= piece->size();
      budget -= std::min<std::uint64_t>(budget, piece->size());
    }
  }
}

/// Gives every block with a magic number the checksum that belongs to it, which a change at random
/// would never hit.
void seal(std::string& text) {
  constexpr std::size_t kChecksum = 148;
  constexpr std::size_t kMagic = 257;
  for (std::size_t at = 0; at + archive::kTarBlock <= text.size(); at += archive::kTarBlock) {
    char* block = text.data() + at;
    if (std::memcmp(block + kMagic, "ustar", 5) != 0) continue;
    std::memset(block + kChecksum, ' ', 8);
    unsigned int sum = 0;
    for (std::size_t i = 0; i < archive::kTarBlock; ++i)
      sum += static_cast<unsigned char>(block[i]);
    for (std::size_t digit = 6; digit-- > 0; sum /= 8)
      block[kChecksum + digit] = static_cast<char>('0' + sum % 8);
    block[kChecksum + 6] = '\0';
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::Bytes bytes = std::as_bytes(std::span(data, size));
  walk(bytes);
  std::string sealed(base::as_text(bytes));
  seal(sealed);
  walk(base::as_bytes(sealed));
  return 0;
}
