#include "portique/advisory/epss.h"
#include "portique/base/byte_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(portique::advisory::parse_epss(
      portique::base::as_text(std::as_bytes(std::span(data, size))),
      [](std::string_view cve, double score, double percentile) {
        if (cve.empty() || !(score >= 0 && score <= 1 && percentile >= 0 && percentile <= 1))
          __builtin_trap();
      }));
  return 0;
}
