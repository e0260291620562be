// A compromised child: any bytes on the socket, and any bytes as an Error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include <sys/socket.h>

#include "portique/base/channel.h"

namespace base = portique::base;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  constexpr std::uint64_t kLimit = 4096;

  auto ends = base::Channel::socket_pair();
  if (!ends) std::abort();
  // What does not fit into the socket's buffer is left out: nobody reads yet.
  (void)!::send(ends->second.get(), data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  ends->second.reset();
  base::Channel channel(std::move(ends->first));
  std::size_t received = 0;
  while (auto message = channel.receive(kLimit)) {
    received += 16 + message->payload.size();
    if (message->payload.size() > kLimit || received > size || message->fd) std::abort();
  }

  if (const auto error = base::decode_error(bytes)) {
    const std::string again = base::encode_error(*error);
    if (again.size() > base::kErrorPayloadBytes || !base::decode_error(base::as_bytes(again)))
      std::abort();
  }
  return 0;
}
