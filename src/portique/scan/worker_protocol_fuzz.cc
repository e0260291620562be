// What the sandboxed reader may answer, and what it is asked.

#include "portique/scan/model_codec.h"
#include "portique/scan/worker_protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace scan = portique::scan;
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  portique::base::Decoder decoder(bytes);
  switch (data[0] % 4) {
  case 0: {
    scan::LayerRequest request;
    decoder(request);
    break;
  }
  case 1: {
    scan::FileRequest request;
    decoder(request);
    break;
  }
  case 2: {
    scan::WireError error;
    portique::image::DescribedImage image;
    decoder(error, image);
    if (error) scan::error_of(error);
    break;
  }
  default: {
    portique::image::Selection selection;
    decoder(selection);
  }
  }
  return 0;
}
