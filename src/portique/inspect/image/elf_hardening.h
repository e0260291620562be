#pragma once

// How far an ELF file is hardened, read as a stream: from its headers at its beginning, and from
// two texts that may stand anywhere in it. Names as checksec uses them.

#include <optional>
#include <string>

#include "portique/base/byte_reader.h"
#include "portique/inspect/image/image_facts.h"

namespace portique::inspect {

class ElfHardening {
public:
  /// The file's first bytes, 4 KiB or all of it. Whether it is a program or library of 32 or 64
  /// bits, and the rest is worth giving; relocatable objects and core dumps are not.
  bool begin(base::Bytes first);

  /// The file's bytes from its very first on, in pieces.
  void content(base::Bytes piece);

  /// What it came to; path, layer and owner are the caller's.
  [[nodiscard]] Hardening end() const { return hardening_; }

private:
  Hardening hardening_;
  std::string tail_; ///< the end of the last piece: a text may go over the edge
};

} // namespace portique::inspect
