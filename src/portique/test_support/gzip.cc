#include "portique/test_support/gzip.h"

#include <cstdint>
#include <vector>

#include <isa-l/igzip_lib.h>

namespace portique::test_support {

std::string gzip(std::string_view bytes) {
  // Level 0 grows incompressible input by less than this.
  std::vector<std::uint8_t> out(bytes.size() + bytes.size() / 2 + 4096);
  std::vector<std::uint8_t> in(bytes.begin(), bytes.end());
  isal_zstream stream;
  isal_deflate_stateless_init(&stream);
  stream.gzip_flag = IGZIP_GZIP;
  stream.next_in = in.data();
  stream.avail_in = static_cast<std::uint32_t>(in.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<std::uint32_t>(out.size());
  stream.end_of_stream = 1;
  isal_deflate_stateless(&stream);
  return {out.begin(), out.begin() + stream.total_out};
}

} // namespace portique::test_support
