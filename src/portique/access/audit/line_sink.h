#pragma once

// Where lines go besides their file.

#include <cstdint>
#include <string>
#include <string_view>

namespace portique::access {

class LineSink {
public:
  LineSink() = default;
  LineSink(const LineSink&) = delete;
  LineSink& operator=(const LineSink&) = delete;
  virtual ~LineSink() = default;

  /// Takes a copy of a line that stands in the trail, or drops it and counts it. Never waits.
  virtual void offer(std::string_view line) = 0;

  /// For people: "syslog udp 192.0.2.1:514".
  [[nodiscard]] virtual std::string name() const = 0;

  /// Lines that were dropped since the sink was made.
  [[nodiscard]] virtual std::uint64_t dropped() const = 0;
};

} // namespace portique::access
