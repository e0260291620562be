#include <cstddef>
#include <cstdint>
#include <string_view>

#include "portique/access/builds/build_inspector.h"

// The first byte says which connection it is; then pieces: who speaks, how many bytes, the bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.empty()) return 0;
  portique::access::BuildSessions sessions;
  portique::access::BuildInspector inspector(
      (text.front() & 1) != 0 ? portique::access::BuildConnection::Grpc
                              : portique::access::BuildConnection::Session,
      "s",
      sessions,
      [](std::string_view, const portique::access::WorkloadFacts&) {
        return portique::base::Result<void>();
      });
  text.remove_prefix(1);
  while (text.size() > 2) {
    const bool client = (text[0] & 1) != 0;
    const auto length = static_cast<std::uint8_t>(text[1]);
    text.remove_prefix(2);
    const std::string_view piece = text.substr(0, length);
    text.remove_prefix(piece.size());
    if (!(client ? inspector.from_client(piece) : inspector.from_engine(piece))) break;
  }
  return 0;
}
