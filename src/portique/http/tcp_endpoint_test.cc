#include <gtest/gtest.h>

#include "portique/http/server.h"

namespace portique::http {
namespace {

TEST(TcpEndpoint, IsAnAddressAndAPort) {
  struct Case {
    const char* text;
    const char* address;
    std::uint16_t port;
  };

  for (const Case& one : {Case{"127.0.0.1:8443", "127.0.0.1", 8443},
                          {"[::1]:1", "::1", 1},
                          {":2376", "0.0.0.0", 2376},
                          {"[::]:0", "::", 0},
                          {"docker.example:65535", "docker.example", 65535}}) {
    const auto endpoint = parse_tcp_endpoint(one.text);
    ASSERT_TRUE(endpoint) << one.text;
    EXPECT_EQ(endpoint->address, one.address);
    EXPECT_EQ(endpoint->port, one.port);
    EXPECT_FALSE(endpoint->tls);
  }
  for (const char* text :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "x:-1", "x:80 ", "8443"})
    EXPECT_FALSE(parse_tcp_endpoint(text)) << text;
}

} // namespace
} // namespace portique::http
