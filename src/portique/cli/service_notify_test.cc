#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "portique/base/fd.h"
#include "portique/base/file.h"
#include "portique/cli/service_notify.h"

namespace portique::cli {
namespace {

/// What is told at an address; "@..." is one without a file.
std::string told_at(const std::string& name, std::string_view state) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name.starts_with('@')) address.sun_path[0] = '\0';
  const base::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
  EXPECT_EQ(::bind(socket.get(),
                   reinterpret_cast<const sockaddr*>(&address),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())),
            0);
  ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  tell_service_manager(state);
  ::unsetenv("NOTIFY_SOCKET");
  std::string buffer(100, '\0');
  const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
  return count < 0 ? "" : buffer.substr(0, static_cast<std::size_t>(count));
}

TEST(ServiceNotify, TellsAtAFileAndAtAName) {
  const auto folder = *base::TempDir::create("notify");
  EXPECT_EQ(told_at((folder.path() / "socket").string(), "READY=1"), "READY=1");
  EXPECT_EQ(told_at("@portique-test-" + std::to_string(::getpid()), "STOPPING=1"), "STOPPING=1");
}

TEST(ServiceNotify, NobodyThereIsNoTrouble) {
  ::unsetenv("NOTIFY_SOCKET");
  tell_service_manager("READY=1");
  for (const std::string& name : {std::string(),
                                  std::string("relative"),
                                  "/" + std::string(200, 'x'),
                                  std::string("/no/one")}) {
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    tell_service_manager("READY=1");
  }
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_EQ(told_at("@portique-test-later-" + std::to_string(::getpid()), "READY=1"), "READY=1");
}

} // namespace
} // namespace portique::cli
