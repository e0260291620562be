#pragma once

// Files that the build puts into the program.

#include <cstddef>
#include <string_view>

#include "portique/base/byte_reader.h"

/// The bytes of `file` (a path, as a literal) under a name, for PQ_EMBEDDED. Once a name, at
/// file scope. A zero byte stands behind them. In 16-byte alignment, which some formats want.
#define PQ_EMBED(name, file)                                                                       \
  __asm__(".section .rodata\n"                                                                     \
          ".balign 16\n"                                                                           \
          ".global portique_" #name "_begin\n"                                                     \
          "portique_" #name "_begin:\n"                                                            \
          ".incbin \"" file "\"\n"                                                                 \
          ".global portique_" #name "_end\n"                                                       \
          "portique_" #name "_end:\n"                                                              \
          ".byte 0\n"                                                                              \
          ".text\n");                                                                              \
  extern "C" const std::byte portique_##name##_begin[];                                            \
  extern "C" const std::byte portique_##name##_end[]

/// The bytes, as base::Bytes.
#define PQ_EMBEDDED(name) (::portique::base::Bytes(portique_##name##_begin, portique_##name##_end))
