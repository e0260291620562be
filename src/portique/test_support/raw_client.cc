#include "portique/test_support/raw_client.h"

#include <cerrno>
#include <cstring>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace portique::test_support {

namespace {

base::Fd connect_to(const void* address, socklen_t size, int family) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  do {
    base::Fd socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(socket.get(), static_cast<const sockaddr*>(address), size) == 0) return socket;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  } while (std::chrono::steady_clock::now() < end);
  ADD_FAILURE() << "nobody listens: " << std::strerror(errno);
  return {};
}

} // namespace

RawClient RawClient::to(const std::filesystem::path& unix_socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  unix_socket.native().copy(address.sun_path, sizeof(address.sun_path) - 1);
  return RawClient(connect_to(&address, sizeof(address), AF_UNIX));
}

RawClient RawClient::to(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return RawClient(connect_to(&address, sizeof(address), AF_INET));
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

void RawClient::finish_writing() {
  ::shutdown(socket_.get(), SHUT_WR);
}

std::optional<std::string> RawClient::read_some(std::chrono::milliseconds quiet) {
  pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, static_cast<int>(quiet.count())) <= 0) return std::nullopt;
  std::string bytes(64U << 10U, '\0');
  const ssize_t size = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return bytes;
}

std::string RawClient::read_all(std::chrono::milliseconds quiet) {
  std::string all;
  while (const auto bytes = read_some(quiet)) {
    if (bytes->empty()) break;
    all += *bytes;
  }
  return all;
}

std::string RawClient::read_until(std::string_view text, std::chrono::milliseconds quiet) {
  std::string all;
  while (all.find(text) == std::string::npos) {
    const auto bytes = read_some(quiet);
    if (!bytes || bytes->empty()) break;
    all += *bytes;
  }
  return all;
}

bool RawClient::closed_within(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    const auto bytes = read_some(std::max(left, std::chrono::milliseconds(0)));
    if (!bytes) return false;
    if (bytes->empty()) return true;
  }
}

std::string RawClient::ask(std::string_view bytes) {
  EXPECT_TRUE(send(bytes));
  return read_all(std::chrono::seconds(30));
}

} // namespace portique::test_support
