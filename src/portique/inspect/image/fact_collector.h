#pragma once

// Collects one layer's ImageFacts while its files go by.

#include <cstdint>
#include <string>
#include <string_view>

#include "portique/base/byte_reader.h"
#include "portique/base/limits.h"
#include "portique/inspect/image/elf_hardening.h"
#include "portique/inspect/image/image_facts.h"

namespace portique::inspect {

/// Raise it with any change of what is collected: layers are cached by it.
inline constexpr std::uint32_t kImageFactsVersion = 1;

/// One file's name and rights, as the layer's archive gives them.
struct FileMeta {
  std::string path;
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;
};

class FactCollector {
public:
  explicit FactCollector(const base::Limits& limits) : limits_(&limits) {}

  /// A regular file; whether its content is worth giving. `first` are its first 4 KiB, or all of
  /// it.
  bool begin(FileMeta file, base::Bytes first);

  /// Its content, from the very first byte on, in pieces.
  void content(base::Bytes piece);

  /// The file is over: what it tells is added. Layer and owner are the caller's to fill in.
  void end(ImageFacts& into);

private:
  enum class Reading : std::uint8_t { Nothing, Program, Accounts };

  void note_rights(ImageFacts& into) const;
  void note_left_over(ImageFacts& into) const;
  void read_accounts(Accounts& into) const;

  const base::Limits* limits_;
  Reading reading_ = Reading::Nothing;
  ElfHardening elf_;
  FileMeta file_;
  std::string text_;
};

} // namespace portique::inspect
