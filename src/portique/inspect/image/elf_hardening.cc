#include "portique/inspect/image/elf_hardening.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <elf.h>

namespace portique::inspect {

namespace {

constexpr std::string_view kStackCheck = "__stack_chk_fail";
/// What the Go linker puts in front of the build information.
constexpr std::string_view kGo = "\xff Go buildinf:";
constexpr std::size_t kLongest = 16;
static_assert(kStackCheck.size() <= kLongest && kGo.size() <= kLongest);

bool contains(base::Bytes bytes, std::string_view text) {
  return ::memmem(bytes.data(), bytes.size(), text.data(), text.size()) != nullptr;
}

/// Little-endian and big-endian files of both widths differ in where things stand only.
class Headers {
public:
  explicit Headers(base::Bytes bytes) : bytes_(bytes) {}

  [[nodiscard]] bool is_elf() const {
    return bytes_.size() >= sizeof(Elf32_Ehdr) &&
           std::memcmp(bytes_.data(), ELFMAG, SELFMAG) == 0 &&
           (byte(EI_CLASS) == ELFCLASS32 || byte(EI_CLASS) == ELFCLASS64);
  }

  [[nodiscard]] std::uint16_t type() const { return static_cast<std::uint16_t>(number(16, 2)); }

  struct Segment {
    std::uint32_t type = 0;
    std::uint32_t flags = 0;
  };

  template <typename Visit> void for_each_segment(const Visit& visit) const {
    const std::uint64_t start = wide() ? number(32, 8) : number(28, 4);
    const std::uint64_t size = wide() ? number(54, 2) : number(42, 2);
    const std::uint64_t count = wide() ? number(56, 2) : number(44, 2);
    const std::uint64_t needed = wide() ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    if (size < needed) return;
    for (std::uint64_t i = 0; i < count; ++i) {
      if (start > bytes_.size() || start + (i + 1) * size > bytes_.size()) return;
      const std::size_t at = static_cast<std::size_t>(start + i * size);
      visit(Segment{static_cast<std::uint32_t>(number(at, 4)),
                    static_cast<std::uint32_t>(number(at + (wide() ? 4 : 24), 4))});
    }
  }

private:
  [[nodiscard]] std::uint8_t byte(std::size_t at) const {
    return at < bytes_.size() ? static_cast<std::uint8_t>(bytes_[at]) : 0;
  }

  [[nodiscard]] bool wide() const { return byte(EI_CLASS) == ELFCLASS64; }

  [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t width) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      const std::size_t place = byte(EI_DATA) == ELFDATA2MSB ? i : width - 1 - i;
      value = value << 8U | byte(at + place);
    }
    return value;
  }

  base::Bytes bytes_;
};

} // namespace

bool ElfHardening::begin(base::Bytes first) {
  hardening_ = {};
  tail_.clear();
  const Headers headers(first);
  if (!headers.is_elf() || (headers.type() != ET_EXEC && headers.type() != ET_DYN)) return false;
  bool interpreter = false;
  headers.for_each_segment([&](const Headers::Segment& segment) {
    interpreter |= segment.type == PT_INTERP;
    hardening_.relro |= segment.type == PT_GNU_RELRO;
    hardening_.executable_stack |= segment.type == PT_GNU_STACK && (segment.flags & PF_X) != 0;
  });
  hardening_.pie = headers.type() == ET_DYN;
  hardening_.program = headers.type() == ET_EXEC || interpreter;
  return true;
}

void ElfHardening::content(base::Bytes piece) {
  if (hardening_.stack_protector && hardening_.go) return;
  const auto look = [&](base::Bytes bytes) {
    hardening_.stack_protector = hardening_.stack_protector || contains(bytes, kStackCheck);
    hardening_.go = hardening_.go || contains(bytes, kGo);
  };
  const std::string_view text(reinterpret_cast<const char*>(piece.data()), piece.size());
  tail_ += text.substr(0, kLongest);
  look(base::as_bytes(tail_));
  look(piece);
  if (text.size() >= kLongest)
    tail_ = text.substr(text.size() - (kLongest - 1));
  else if (tail_.size() > kLongest - 1)
    tail_.erase(0, tail_.size() - (kLongest - 1));
}

} // namespace portique::inspect
