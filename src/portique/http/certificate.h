#pragma once

// What a certificate says of its owner.

#include <string_view>

#include <openssl/x509.h>

#include "portique/base/result.h"
#include "portique/http/peer.h"

namespace portique::http {

/// Names and fingerprint. Nothing is verified here: that is TLS's part. A certificate is refused if
/// its names could be read in two ways: several common names, or bytes in a name that no terminal
/// and no log could show.
base::Result<PeerCertificate> read_certificate(X509* certificate);

/// The same of the first certificate in a PEM text.
base::Result<PeerCertificate> read_certificate_pem(std::string_view pem);

} // namespace portique::http
