// https://docs.docker.com/engine/extend/plugin_api/, https://docs.docker.com/reference/api/engine/

#include "portique/access/install/engine_probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>

#include "portique/base/fd.h"
#include "portique/base/file.h"
#include "portique/base/http_client.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

constexpr std::uint64_t kAnswerBytes = 4ULL << 20U;
/// Linux' limit of one command line by default.
constexpr std::uint64_t kCommandLineBytes = 4ULL << 20U;

base::Result<boost::json::value>
ask(const std::filesystem::path& socket, const std::string& path, base::HttpMethod method) {
  base::HttpOptions options;
  options.unix_socket = socket;
  options.connect_timeout = std::chrono::seconds(3);
  options.stall_timeout = std::chrono::seconds(5);
  options.total_timeout = std::chrono::seconds(10);
  options.retries = 0;
  base::HttpClient client(options);
  std::string body;
  base::HttpRequest request;
  request.url = "http://localhost" + path;
  request.method = method;
  request.limit = kAnswerBytes;
  request.sink = [&body](base::Bytes piece) -> base::Result<void> {
    body += base::as_text(piece);
    return {};
  };
  const auto response = PQ_TRY(client.send(request));
  if (response.status / 100 != 2)
    return fail(Code::Network,
                socket.string() + " answers " + path + " with status " +
                    std::to_string(response.status) + ": " +
                    base::printable(base::trim(response.error_body).substr(0, 300)));
  return base::at(socket.string() + path, base::parse_json(body));
}

} // namespace

base::Result<void> probe_plugin(const std::filesystem::path& socket) {
  const boost::json::value answer = PQ_TRY(ask(socket, "/Plugin.Activate", base::HttpMethod::Post));
  const auto& implements = base::json_items(base::json_object(&answer), "Implements");
  const bool decides = std::ranges::any_of(implements, [](const boost::json::value& one) {
    return one.is_string() && one.get_string() == "authz";
  });
  if (!decides)
    return fail(Code::Unsupported,
                socket.string() + " is served by something that is no authorization plugin");
  return {};
}

base::Result<EngineAnswer> probe_engine(const std::filesystem::path& socket) {
  EngineAnswer found;
  const boost::json::value version = PQ_TRY(ask(socket, "/version", base::HttpMethod::Get));
  found.version = std::string(base::json_string(base::json_object(&version), "Version"));
  found.api_version = std::string(base::json_string(base::json_object(&version), "ApiVersion"));
  const boost::json::value info = PQ_TRY(ask(socket, "/info", base::HttpMethod::Get));
  const auto& plugins = base::json_fields(base::json_object(&info), "Plugins");
  for (const boost::json::value& one : base::json_items(&plugins, "Authorization"))
    if (one.is_string()) found.plugins.emplace_back(one.get_string());
  return found;
}

base::Result<pid_t> socket_owner(const std::filesystem::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket.string();
  if (path.size() >= sizeof address.sun_path)
    return fail(Code::InvalidArgument, "the path " + path + " is too long for a socket");
  std::memcpy(address.sun_path, path.data(), path.size());
  const base::Fd client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!client.valid()) return base::fail_errno("cannot make a socket", errno);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(client.get(), generic, sizeof address) != 0)
    return base::fail_errno("cannot connect to " + path, errno);
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(client.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return base::fail_errno("cannot tell who serves " + path, errno);
  return peer.pid;
}

base::Result<std::vector<std::string>> command_line_of(pid_t process) {
  const base::Fd file = PQ_TRY(base::open_file("/proc/" + std::to_string(process) + "/cmdline"));
  std::string text;
  std::array<std::byte, 4096> piece{};
  while (const std::size_t count = PQ_TRY(base::read_some(file, piece))) {
    text += base::as_text(std::span(piece).first(count));
    if (text.size() > kCommandLineBytes) break;
  }
  std::vector<std::string> words;
  for (const std::string_view word : base::split(text, '\0'))
    words.emplace_back(word);
  if (!words.empty() && words.back().empty()) words.pop_back();
  return words;
}

} // namespace portique::access
