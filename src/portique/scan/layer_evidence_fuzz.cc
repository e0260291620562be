// Evidence comes from a child that may have been taken over, and from cache files.

#include "portique/scan/layer_evidence.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto evidence = portique::scan::decode_evidence(std::as_bytes(std::span(data, size)));
  // Every byte stands for something: what was decoded is as long as what it came from.
  if (evidence && portique::scan::encode_evidence(*evidence).size() != size) __builtin_trap();
  return 0;
}
