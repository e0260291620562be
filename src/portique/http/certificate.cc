// X.509 names (RFC 5280, 4.1.2.4), read through OpenSSL.

#include "portique/http/certificate.h"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "portique/base/text.h"

namespace portique::http {

namespace {

using base::Code;
using base::fail;
using base::Result;

/// RFC 5280 gives names 64 characters; leave room for those who do not count.
constexpr std::size_t kNameBytes = 1024;
constexpr std::size_t kNames = 256;
/// A certificate of thousands of names has some 100 KiB.
constexpr std::size_t kPemBytes = 256U << 10U;

struct OpenSslMemory {
  void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }

  void operator()(char* text) const { OPENSSL_free(text); }
};

bool is_presentable(std::string_view name) {
  for (std::string_view rest = name; !rest.empty();) {
    const base::Utf8Char c = base::decode_utf8(rest);
    if (c.length == 0 || base::is_unprintable(c.code_point)) return false;
    rest.remove_prefix(c.length);
  }
  return !name.empty();
}

Result<std::string> text_of(const ASN1_STRING* value) {
  unsigned char* raw = nullptr;
  const int size = ASN1_STRING_to_UTF8(&raw, value);
  const std::unique_ptr<unsigned char, OpenSslMemory> bytes(raw);
  ERR_clear_error();
  if (size < 0) return fail(Code::Malformed, "name in a certificate cannot be read");
  std::string text(reinterpret_cast<const char*>(raw), static_cast<std::size_t>(size));
  if (text.size() > kNameBytes) return fail(Code::LimitExceeded, "name in a certificate is long");
  if (!is_presentable(text))
    return fail(Code::Malformed, "name in a certificate is empty or holds unprintable bytes");
  return text;
}

Result<std::vector<std::string>> names_of(const X509_NAME* subject, int kind) {
  std::vector<std::string> names;
  for (int at = X509_NAME_get_index_by_NID(subject, kind, -1); at >= 0;
       at = X509_NAME_get_index_by_NID(subject, kind, at)) {
    if (names.size() == kNames) return fail(Code::LimitExceeded, "certificate with many names");
    names.push_back(PQ_TRY(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)))));
  }
  return names;
}

std::string serial_of(const X509* certificate) {
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr);
  if (number == nullptr) return {};
  const std::unique_ptr<char, OpenSslMemory> text(BN_bn2hex(number));
  BN_free(number);
  return text ? base::to_lower(text.get()) : std::string{};
}

} // namespace

Result<PeerCertificate> read_certificate(X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  if (subject == nullptr) return fail(Code::Malformed, "certificate without a subject");
  PeerCertificate read;
  std::vector<std::string> common = PQ_TRY(names_of(subject, NID_commonName));
  if (common.size() > 1) return fail(Code::Malformed, "certificate with several common names");
  if (!common.empty()) read.common_name = std::move(common.front());
  read.organizations = PQ_TRY(names_of(subject, NID_organizationName));
  read.organization_units = PQ_TRY(names_of(subject, NID_organizationalUnitName));
  read.serial = serial_of(certificate);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1)
    return fail(Code::Malformed, "certificate cannot be hashed");
  read.fingerprint =
      base::to_hex({reinterpret_cast<const char*>(digest.data()), std::size_t{size}});
  return read;
}

Result<PeerCertificate> read_certificate_pem(std::string_view pem) {
  if (pem.size() > kPemBytes) return fail(Code::LimitExceeded, "certificate is too long");
  const std::unique_ptr<BIO, decltype(&BIO_free)> bytes(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  // Without a callback a PEM text that asks for a password would be asked for on the terminal.
  const auto no_password = [](char*, int, int, void*) { return 0; };
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(bytes.get(), nullptr, no_password, nullptr), &X509_free);
  ERR_clear_error();
  if (!certificate) return fail(Code::Malformed, "not a certificate in PEM form");
  return read_certificate(certificate.get());
}

} // namespace portique::http
