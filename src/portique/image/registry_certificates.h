#pragma once

#include <filesystem>
#include <string_view>

#include "portique/base/http_client.h"
#include "portique/base/result.h"

namespace portique::image {

/// What Docker's certs.d has for a host ("registry.example:5000", as a reference writes it): every
/// *.crt is a further authority, NAME.cert and NAME.key are the client's own. A host without a
/// folder has nothing; a certificate without its key is an error, and so is a key alone.
base::Result<base::HttpTls> load_certificates(const std::filesystem::path& folder,
                                              std::string_view host);

} // namespace portique::image
