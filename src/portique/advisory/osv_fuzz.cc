// A record from its bytes to what the database keeps of it.

#include "portique/advisory/advisory_record.h"
#include "portique/advisory/osv.h"
#include "portique/base/byte_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace advisory = portique::advisory;
  static advisory::OsvParser parser;
  const auto record =
      parser.parse(portique::base::as_text(std::as_bytes(std::span(data, size))), {});
  if (!record) return 0;
  advisory::head_of(*record);
  advisory::text_of(*record);
  advisory::module_stream_of(*record);
  return 0;
}
