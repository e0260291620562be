#pragma once

// Known ways round authorization plugins, and for a daemon's version which of them are open.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace portique::access {

struct DaemonVersion {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned patch = 0;

  auto operator<=>(const DaemonVersion&) const = default;
};

/// "20.10.24+dfsg1", "29.3.1", "v18.09.1-ce"; nothing for "dev" and the like.
std::optional<DaemonVersion> parse_daemon_version(std::string_view text);

/// From the first version that has it up to, not including, the one that has it no more.
struct VersionRange {
  DaemonVersion from;
  DaemonVersion before;
};

/// What stands against a bypass.
enum class Answer : std::uint8_t {
  Closed, ///< nothing gets by
  Partly, ///< it is asked about, but what flows inside is not seen
  Open,
};

/// "closed", "partly", "open".
std::string_view answer_name(Answer answer);

struct KnownBypass {
  std::string_view id; ///< CVE or a name of our own
  std::string_view title;
  std::span<const VersionRange> daemons; ///< that have it
  Answer plugin = Answer::Closed;        ///< with portique as plugin alone, on such a daemon
  Answer guard = Answer::Closed;         ///< with the guard in front of the daemon's socket
  std::string_view how;                  ///< what closes it, or why it stays
};

std::span<const KnownBypass> known_bypasses();

struct BypassState {
  const KnownBypass* bypass = nullptr;
  bool daemon_has_it = false; ///< by its version; distributions fix without changing that
  Answer plugin = Answer::Closed;
  Answer guard = Answer::Closed;
};

/// One state for each known bypass, in order. A version that cannot be read has them all.
std::vector<BypassState> judge_daemon(std::string_view version);

} // namespace portique::access
