#pragma once

// TLS as a server: the settings and files of one listener.

#include <memory>

#include <openssl/ssl.h>

#include "portique/base/result.h"
#include "portique/http/peer.h"
#include "portique/http/server.h"

namespace portique::http {

struct FreeTlsContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

using TlsContext = std::unique_ptr<SSL_CTX, FreeTlsContext>;

/// TLS 1.2 and newer, HTTP/1.1 only. With authorities every client must show a certificate of one
/// of them, at each connection anew: there is no resumption, which would outlive a reload.
base::Result<TlsContext> make_tls_context(const TlsFiles& files);

/// The client's certificate after the handshake; nothing if none was asked for.
base::Result<std::optional<PeerCertificate>> client_certificate(SSL* connection);

} // namespace portique::http
