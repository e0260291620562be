// Any bytes are no certificate, or one whose names can be shown.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "portique/base/text.h"
#include "portique/http/certificate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace base = portique::base;
  namespace http = portique::http;
  const auto check = [](const http::PeerCertificate& read) {
    if (base::printable(read.common_name) != read.common_name) std::abort();
    for (const auto* names : {&read.organizations, &read.organization_units})
      for (const auto& name : *names)
        if (name.empty() || base::printable(name) != name) std::abort();
    if (read.fingerprint.size() != 64) std::abort();
  };
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto read = http::read_certificate_pem(text)) check(*read);
  // The bytes as DER: PEM's base64 is no obstacle then.
  const std::uint8_t* at = data;
  X509* certificate = d2i_X509(nullptr, &at, static_cast<long>(size));
  if (certificate == nullptr) return 0;
  if (const auto read = http::read_certificate(certificate)) check(*read);
  X509_free(certificate);
  return 0;
}
