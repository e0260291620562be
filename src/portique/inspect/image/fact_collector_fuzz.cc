#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "portique/inspect/image/fact_collector.h"

/// The input is a file's content, given in pieces, as a program and as a list of accounts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const portique::base::Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const portique::base::Limits limits;
  portique::inspect::FactCollector collector(limits);
  portique::inspect::ImageFacts facts;
  for (const char* path : {"usr/local/bin/app", "etc/passwd", "etc/shadow", "etc/group"}) {
    if (collector.begin({path, 04755, 0, 0, size}, bytes.first(std::min<std::size_t>(size, 4096))))
      for (std::size_t at = 0; at < size; at += 1 + at % 61)
        collector.content(bytes.subspan(at, std::min<std::size_t>(1 + at % 61, size - at)));
    collector.end(facts);
  }
  return 0;
}
