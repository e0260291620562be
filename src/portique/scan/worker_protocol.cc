#include "portique/scan/worker_protocol.h"

namespace portique::scan {

base::Error error_of(const WireError& wire) {
  auto error = base::decode_error(base::as_bytes(*wire));
  return error ? *std::move(error) : std::move(error).error();
}

} // namespace portique::scan
