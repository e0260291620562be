#include "portique/http/tls_context.h"

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <openssl/err.h>

#include "portique/http/certificate.h"

namespace portique::http {

namespace {

using base::Code;
using base::fail;
using base::Result;

/// The first error that OpenSSL noted; its queue is emptied.
std::string openssl_reason() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  return reason == nullptr ? "no reason given" : reason;
}

std::unexpected<base::Error> fail_file(std::string_view what, const std::filesystem::path& file) {
  return fail(Code::InvalidArgument,
              fmt::format("cannot use {} {}: {}", what, file.string(), openssl_reason()));
}

int refuse_password(char*, int, int, void*) {
  return 0;
}

/// Picks HTTP/1.1 of what the client offers; without it the extension is ignored.
int choose_protocol(SSL*,
                    const unsigned char** chosen,
                    unsigned char* chosen_size,
                    const unsigned char* offered,
                    unsigned int offered_size,
                    void*) {
  static constexpr std::array<unsigned char, 9> kHttp{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(
      &found, chosen_size, kHttp.data(), unsigned{kHttp.size()}, offered, offered_size);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

} // namespace

Result<TlsContext> make_tls_context(const TlsFiles& files) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) return fail(Code::Io, "cannot set up TLS: " + openssl_reason());
  SSL_CTX* raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                          SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 0);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_passwd_cb(raw, refuse_password);
  SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
  if (SSL_CTX_use_certificate_chain_file(raw, files.certificate.c_str()) != 1)
    return fail_file("certificate", files.certificate);
  if (SSL_CTX_use_PrivateKey_file(raw, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return fail_file("key", files.key);
  if (SSL_CTX_check_private_key(raw) != 1)
    return fail(Code::InvalidArgument,
                fmt::format("key {} is not that of certificate {}",
                            files.key.string(),
                            files.certificate.string()));
  if (files.client_authorities.empty()) return context;
  const char* authorities = files.client_authorities.c_str();
  if (SSL_CTX_load_verify_file(raw, authorities) != 1)
    return fail_file("authorities", files.client_authorities);
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(authorities);
  if (names == nullptr) return fail_file("authorities", files.client_authorities);
  SSL_CTX_set_client_CA_list(raw, names); // which owns them now
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return context;
}

Result<std::optional<PeerCertificate>> client_certificate(SSL* connection) {
  if ((SSL_get_verify_mode(connection) & SSL_VERIFY_PEER) == 0) return std::nullopt;
  X509* certificate = SSL_get0_peer_certificate(connection);
  if (certificate == nullptr || SSL_get_verify_result(connection) != X509_V_OK)
    return fail(Code::InvalidArgument, "client certificate is not verified");
  return PQ_TRY(read_certificate(certificate));
}

} // namespace portique::http
