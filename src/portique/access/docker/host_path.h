#pragma once

// Where a path of the host that a request names really leads.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portique::access {

/// Whether the gate sees the file system that the engine would mount from.
enum class HostSight : std::uint8_t { Seen, Hidden };

/// Absolute, without "." and "..", doubled and trailing slashes; with symbolic links followed as
/// far as the path exists and is seen. What leads through a process's folder in /proc could be
/// anything:
/// "/proc/PID/root/etc" is "/etc", and its open files and working folder are "/". "/var/run" is
/// "/run". A link may be set after this looked: whoever can write into a mounted folder can do so.
std::string resolve_host_path(std::string_view path, HostSight sight);

/// Whether whoever mounts a resolved path gets at a control socket of an engine: the socket itself,
/// a folder above it, or a folder of an engine's sockets. `further` are sockets of the engine at
/// hand.
bool reaches_engine_socket(std::string_view path, const std::vector<std::string>& further);

} // namespace portique::access
