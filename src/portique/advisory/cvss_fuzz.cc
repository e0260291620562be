#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "portique/advisory/cvss.h"
#include "portique/base/byte_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto score =
      portique::advisory::cvss_score(portique::base::as_text(std::as_bytes(std::span(data, size))));
  if (score && !(score->score >= 0 && score->score <= 10)) std::abort();
  return 0;
}
