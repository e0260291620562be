#pragma once

// Sends the lines of a trail somewhere else, without ever holding up a decision: a bounded queue, a
// thread of its own, and a count of what did not fit.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "portique/access/audit/line_sink.h"
#include "portique/base/result.h"

namespace portique::access {

/// Where an export goes:
///   stdout                        lines as they stand in the trail
///   syslog+unix:///dev/log        RFC 5424 over a datagram socket
///   syslog+udp://HOST[:514]       RFC 5426
///   syslog+tcp://HOST[:601]       RFC 6587, 3.4.1: counted in octets
struct ExportAddress {
  enum class Way : std::uint8_t { StandardOutput, UnixDatagram, Udp, Tcp };

  Way way = Way::StandardOutput;
  std::string place; ///< path or host
  std::string port;

  [[nodiscard]] std::string text() const;
};

base::Result<ExportAddress> parse_export_address(std::string_view text);

struct ExportOptions {
  std::size_t queue_lines = 20'000;
  std::size_t queue_bytes = 16ULL << 20U;
  std::string host_name; ///< in syslog messages; the machine's own if empty
};

/// The thread runs until the sink is destroyed, which waits two seconds at most for what is queued.
/// It connects by itself, again and again; meanwhile lines are queued, and dropped when the queue
/// is full.
std::shared_ptr<LineSink> make_export_sink(const ExportAddress& address,
                                           const ExportOptions& options = {});

/// One message of RFC 5424 without any framing: facility 13 (log audit), severity notice for what
/// was denied, warning for what befell the trail, informational for the rest.
std::string syslog_message(std::string_view line, std::string_view host_name);

} // namespace portique::access
