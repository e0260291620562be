#pragma once

// Certificates and revocation lists (RFC 5280), built with OpenSSL. Keys are EC P-256.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "portique/access/certificates/certificate_authority.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

enum class CertificateUse : std::uint8_t { Authority, Server, User };

struct CertificateContent {
  CertificateUse use = CertificateUse::User;
  CertificateHolder subject;
  std::vector<std::string> names; ///< of a server
  base::Time not_before;
  base::Time not_after;
};

/// Who signs. Borrowed; both nullptr: the certificate's own key does.
struct Issuer {
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;
};

base::Result<PrivateKey> new_private_key();

/// With a random serial number of 127 bits.
base::Result<Certificate>
build_certificate(const CertificateContent& content, EVP_PKEY& key, const Issuer& issuer);

/// What is revoked among `issued`, as PEM. `number` grows with each list.
base::Result<std::string> build_revocation_list(std::span<const IssuedCertificate> issued,
                                                const Issuer& issuer,
                                                std::int64_t number,
                                                base::Time now);

std::string pem_of(X509& certificate);
std::string pem_of(EVP_PKEY& key);
base::Result<Certificate> parse_certificate(std::string_view pem);
base::Result<PrivateKey> parse_private_key(std::string_view pem);

/// Lower-case hexadecimal.
std::string serial_of(X509& certificate);
std::string fingerprint_of(X509& certificate);

} // namespace portique::access
