#pragma once

#include <filesystem>

namespace portique::test_support {

/// Makes an authority and two certificates of it in `folder`: ca.pem; server.pem and server.key for
/// localhost and 127.0.0.1; cert.pem and key.pem for a client. ("ca", "cert" and "key" are the
/// names that Docker's client looks for.) False if the openssl program is not there.
bool make_certificates(const std::filesystem::path& folder);

} // namespace portique::test_support
