#pragma once

// A client that sends what it is told, byte by byte, and never repairs anything.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "portique/base/fd.h"

namespace portique::test_support {

class RawClient {
public:
  /// Fails the test if nobody listens within some seconds.
  static RawClient to(const std::filesystem::path& unix_socket);
  static RawClient to(std::uint16_t port);

  /// False if the other side is gone.
  bool send(std::string_view bytes);
  void finish_writing();

  /// What comes until the other side closes, or until nothing comes for that long.
  std::string read_all(std::chrono::milliseconds quiet = std::chrono::seconds(5));
  /// What comes until `text` is in it, or the other side closes.
  std::string read_until(std::string_view text,
                         std::chrono::milliseconds quiet = std::chrono::seconds(5));
  /// Whether the other side has closed, within that time; what comes before is thrown away.
  bool closed_within(std::chrono::milliseconds time);

  /// send() and read_all(), with patience for an engine on a busy machine.
  std::string ask(std::string_view bytes);

private:
  explicit RawClient(base::Fd socket) : socket_(std::move(socket)) {}

  /// "" at the end, nothing if nothing came in time.
  std::optional<std::string> read_some(std::chrono::milliseconds quiet);

  base::Fd socket_;
};

} // namespace portique::test_support
