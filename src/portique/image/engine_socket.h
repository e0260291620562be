#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "portique/base/result.h"

namespace portique::image {

/// The errno of a connection to a Unix socket; 0 if somebody listens there.
int connect_error(const std::filesystem::path& socket);

/// Why nobody can be reached there, in one sentence that begins with `what`: Code::NotFound if no
/// socket is there or nobody listens, else Code::Network. Nothing if somebody listens.
std::optional<base::Error> unreachable_socket(std::string what,
                                              const std::filesystem::path& socket);

} // namespace portique::image
