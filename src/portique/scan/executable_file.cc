// First bytes: ELF gABI (7f 45 4c 46), PE ("MZ"), Mach-O (feedface, feedfacf in both byte orders,
// and cafebabe for several architectures). A Java class begins with cafebabe as well; but it is
// hardly ever marked executable, and whoever reads Mach-O refuses it.

#include "portique/scan/executable_file.h"

#include <array>

namespace portique::scan {

namespace {

constexpr std::uint32_t kExecuteBits = 0111;

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

} // namespace

bool is_library_name(std::string_view clean_path) {
  const std::string_view name = name_of(clean_path);
  return name.ends_with(".so") || name.contains(".so.") || name.ends_with(".dll") ||
         name.ends_with(".dylib");
}

bool may_be_executable(std::string_view clean_path, std::uint32_t mode, std::uint64_t size) {
  if (size < kMagicBytes) return false;
  return (mode & kExecuteBits) != 0 || is_library_name(clean_path) || clean_path.ends_with(".exe");
}

std::optional<inventory::ExecutableKind> executable_kind(base::Bytes first_bytes) {
  using inventory::ExecutableKind;
  if (first_bytes.size() < kMagicBytes) return std::nullopt;
  const std::string_view text = base::as_text(first_bytes.first(kMagicBytes));
  if (text == "\x7f"
              "ELF")
    return ExecutableKind::Elf;
  if (text.starts_with("MZ")) return ExecutableKind::Pe;
  if (text.starts_with("#!")) return ExecutableKind::Script;
  constexpr std::array<std::string_view, 5> kMachO{"\xfe\xed\xfa\xce",
                                                   "\xfe\xed\xfa\xcf",
                                                   "\xce\xfa\xed\xfe",
                                                   "\xcf\xfa\xed\xfe",
                                                   "\xca\xfe\xba\xbe"};
  for (const std::string_view magic : kMachO)
    if (text == magic) return ExecutableKind::MachO;
  return std::nullopt;
}

} // namespace portique::scan
