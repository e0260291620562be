// https://docs.docker.com/reference/api/engine/ "Attach to a container": the connection is
// hijacked, with "101 UPGRADED" if the client sent "Upgrade: tcp", with "200 OK" and no length if
// it did not. /session and /grpc (BuildKit) become HTTP/2 behind "101", /containers/ID/attach/ws a
// WebSocket.

#include "portique/access/guard/upgrade_rules.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace portique::access {

namespace {

struct Route {
  std::string_view protocol;
  std::string_view method;
  std::string_view ending; ///< of the path
};

constexpr std::array kRoutes{
    Route{"tcp", "POST", "/attach"},
    Route{"tcp", "POST", "/start"}, // exec
    Route{"h2c", "POST", "/session"},
    Route{"h2c", "POST", "/grpc"},
    Route{"websocket", "GET", "/attach/ws"},
};

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

bool is_hijack_route(const http::RequestHead& request) {
  const std::string_view path = path_of(request.target);
  return request.method == "POST" && (path.ends_with("/attach") || path.ends_with("/start"));
}

} // namespace

base::Result<void> check_upgrade(const http::RequestHead& request) {
  if (request.upgrade.empty()) return {};
  const std::string_view path = path_of(request.target);
  const bool known = std::ranges::any_of(kRoutes, [&](const Route& route) {
    return request.upgrade == route.protocol && request.method == route.method &&
           path.ends_with(route.ending);
  });
  if (!known || request.minor == 0)
    return base::fail(base::Code::Malformed, "Upgrade is not for this request");
  return {};
}

bool begins_stream(const http::RequestHead& request, const http::ResponseHead& answer) {
  if (answer.status == 101) return !request.upgrade.empty();
  return answer.status == 200 && answer.framing == http::Framing::Close &&
         is_hijack_route(request) &&
         http::header_value(answer.headers, "Content-Type").starts_with("application/vnd.docker.");
}

} // namespace portique::access
