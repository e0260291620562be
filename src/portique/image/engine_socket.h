#pragma once

#include <filesystem>
#include <string>

namespace portique::image {

/// The errno of a connection to a Unix socket; 0 if somebody listens there.
int connect_error(const std::filesystem::path& socket);

/// Why nobody can be reached there, to follow "X cannot be reached at Y": what the system says and
/// what to do about it. "" if somebody listens.
std::string why_unreachable(const std::filesystem::path& socket);

} // namespace portique::image
