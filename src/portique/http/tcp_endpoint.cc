#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/http/server.h"

namespace portique::http {

base::Result<TcpEndpoint> parse_tcp_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const auto port = colon == std::string_view::npos
                        ? std::nullopt
                        : base::parse_int<std::uint16_t>(text.substr(colon + 1));
  if (!port)
    return base::fail(
        base::Code::InvalidArgument,
        fmt::format("'{}' is no address with a port, such as 0.0.0.0:8443", base::printable(text)));
  std::string_view address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  return TcpEndpoint{.address = address.empty() ? "0.0.0.0" : std::string(address), .port = *port};
}

} // namespace portique::http
