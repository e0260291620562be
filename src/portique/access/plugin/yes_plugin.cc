// An authorization plugin that only says yes, as fast as anything can: what bench/run measures the
// plugin against. A thread a connection, no parsing beyond the length of a question.
//
//   portique_yes_plugin SOCKET

#include <array>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "portique/base/fd.h"
#include "portique/base/text.h"

namespace {

namespace base = portique::base;

class Connection {
public:
  explicit Connection(base::Fd socket) : socket_(std::move(socket)) {}

  void serve() {
    while (true) {
      std::size_t end = std::string::npos;
      while ((end = got_.find("\r\n\r\n")) == std::string::npos)
        if (!more()) return;
      const std::string_view head = std::string_view(got_).substr(0, end);
      const bool activates = head.find("Activate") != std::string_view::npos;
      const std::size_t size = end + 4 + length(head);
      while (got_.size() < size)
        if (!more()) return;
      got_.erase(0, size);
      if (!say(activates ? R"({"Implements":["authz"]})" : R"({"Allow":true})")) return;
    }
  }

private:
  static std::size_t length(std::string_view head) {
    constexpr std::string_view kName = "Content-Length: ";
    const std::size_t at = head.find(kName);
    if (at == std::string_view::npos) return 0;
    std::string_view rest = head.substr(at + kName.size());
    return base::parse_int<std::size_t>(base::take_until(rest, '\r')).value_or(0);
  }

  bool more() {
    const ssize_t size = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
    if (size <= 0) return false;
    got_.append(buffer_.data(), static_cast<std::size_t>(size));
    return true;
  }

  bool say(std::string_view body) {
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.plugins.v1.1+json\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
    return ::send(socket_.get(), answer.data(), answer.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(answer.size());
  }

  base::Fd socket_;
  std::string got_;
  std::array<char, 64U << 10U> buffer_{};
};

} // namespace

int main(int argc, char** argv) {
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  const base::Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (argc == 2) std::string(arguments[1]).copy(address.sun_path, sizeof(address.sun_path) - 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (argc != 2 || ::bind(listener.get(), generic, sizeof(address)) != 0 ||
      ::listen(listener.get(), SOMAXCONN) != 0) {
    std::fputs("usage: portique_yes_plugin SOCKET\n", stderr);
    return 2;
  }
  while (true) {
    base::Fd client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client.valid())
      std::thread([client = std::move(client)]() mutable {
        Connection(std::move(client)).serve();
      }).detach();
  }
}
