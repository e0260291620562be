#include "portique/access/certificates/x509_build.h"

#include <array>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "portique/access/certificates/certificate_names.h"
#include "portique/base/digest.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Number = std::unique_ptr<ASN1_INTEGER, decltype(&ASN1_INTEGER_free)>;
using BigNumber = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
using AsnTime = std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)>;
using Extension = std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)>;
using RevocationList = std::unique_ptr<X509_CRL, decltype(&X509_CRL_free)>;

std::unexpected<base::Error> failed(const std::string& what) {
  return base::fail(base::Code::Unsupported, "OpenSSL cannot " + what);
}

int no_pass_phrase(char* /*into*/, int /*size*/, int /*writing*/, void* /*context*/) {
  return -1;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Bio memory() {
  return {BIO_new(BIO_s_mem()), &BIO_free};
}

Bio over(std::string_view text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
}

AsnTime asn_time(base::Time time) {
  return {ASN1_TIME_set(nullptr, time.time_since_epoch().count()), &ASN1_TIME_free};
}

Number number_from_hex(const std::string& hex) {
  BIGNUM* raw = nullptr;
  BN_hex2bn(&raw, hex.c_str());
  const BigNumber number(raw, &BN_free);
  return {number == nullptr ? nullptr : BN_to_ASN1_INTEGER(number.get(), nullptr),
          &ASN1_INTEGER_free};
}

bool add_name(X509_NAME* name, const char* field, const std::string& value) {
  return X509_NAME_add_entry_by_txt(name,
                                    field,
                                    MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(value.data()),
                                    static_cast<int>(value.size()),
                                    -1,
                                    0) == 1;
}

bool set_subject(X509& certificate, const CertificateHolder& subject) {
  X509_NAME* name = X509_get_subject_name(&certificate);
  bool is_good = true;
  for (const std::string& one : subject.organizations)
    is_good = is_good && add_name(name, "O", one);
  for (const std::string& one : subject.organization_units)
    is_good = is_good && add_name(name, "OU", one);
  return is_good && add_name(name, "CN", subject.common_name);
}

/// `value` is never made of what a user typed.
bool add_extension(X509& certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, &certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value),
                            &X509_EXTENSION_free);
  return extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

base::Result<void> add_server_names(X509& certificate, const std::vector<std::string>& names) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> all(GENERAL_NAMES_new(),
                                                                          &GENERAL_NAMES_free);
  for (const std::string& text : names) {
    const ServerName parsed = PQ_TRY(parse_server_name(text));
    const bool is_address = !parsed.octets.empty();
    const std::string& bytes = is_address ? parsed.octets : parsed.dns;
    ASN1_STRING* value = ASN1_STRING_type_new(is_address ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
    GENERAL_NAME* name = GENERAL_NAME_new();
    ASN1_STRING_set(value, bytes.data(), static_cast<int>(bytes.size()));
    GENERAL_NAME_set0_value(name, is_address ? GEN_IPADD : GEN_DNS, value);
    sk_GENERAL_NAME_push(all.get(), name);
  }
  if (X509_add1_ext_i2d(&certificate, NID_subject_alt_name, all.get(), 0, 0) != 1)
    return failed("put names into a certificate");
  return {};
}

bool add_usage(X509& certificate, X509* issuer, CertificateUse use) {
  const bool is_authority = use == CertificateUse::Authority;
  return add_extension(certificate,
                       issuer,
                       NID_basic_constraints,
                       is_authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
         add_extension(certificate,
                       issuer,
                       NID_key_usage,
                       is_authority ? "critical,keyCertSign,cRLSign"
                                    : "critical,digitalSignature") &&
         (is_authority ||
          add_extension(certificate,
                        issuer,
                        NID_ext_key_usage,
                        use == CertificateUse::Server ? "serverAuth" : "clientAuth")) &&
         add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
         add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
}

bool set_random_serial(X509& certificate) {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) return false;
  // Positive, and of the same length always.
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7fU) | 0x40U);
  const BigNumber number(BN_bin2bn(bytes.data(), bytes.size(), nullptr), &BN_free);
  return number != nullptr &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr;
}

} // namespace

base::Result<PrivateKey> new_private_key() {
  PrivateKey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), &EVP_PKEY_free);
  if (key == nullptr) return failed("make a key");
  return key;
}

base::Result<Certificate>
build_certificate(const CertificateContent& content, EVP_PKEY& key, const Issuer& issuer) {
  Certificate made(X509_new(), &X509_free);
  X509& certificate = *made;
  X509* signer = issuer.certificate == nullptr ? &certificate : issuer.certificate;
  const AsnTime begin = asn_time(content.not_before);
  const AsnTime end = asn_time(content.not_after);
  if (X509_set_version(&certificate, X509_VERSION_3) != 1 || !set_random_serial(certificate) ||
      begin == nullptr || end == nullptr || X509_set1_notBefore(&certificate, begin.get()) != 1 ||
      X509_set1_notAfter(&certificate, end.get()) != 1 ||
      X509_set_pubkey(&certificate, &key) != 1 || !set_subject(certificate, content.subject) ||
      X509_set_issuer_name(&certificate, X509_get_subject_name(signer)) != 1 ||
      !add_usage(certificate, signer, content.use))
    return failed("make a certificate");
  if (content.use == CertificateUse::Server) PQ_TRY(add_server_names(certificate, content.names));
  EVP_PKEY* signing = issuer.key == nullptr ? &key : issuer.key;
  if (X509_sign(&certificate, signing, EVP_sha256()) <= 0) return failed("sign a certificate");
  return made;
}

base::Result<std::string> build_revocation_list(std::span<const IssuedCertificate> issued,
                                                const Issuer& issuer,
                                                std::int64_t number,
                                                base::Time now) {
  const RevocationList list(X509_CRL_new(), &X509_CRL_free);
  const AsnTime update = asn_time(now);
  if (X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) != 1 ||
      X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer.certificate)) != 1 ||
      X509_CRL_set1_lastUpdate(list.get(), update.get()) != 1 ||
      // It is good as long as the authority is: there is nobody who would write it anew every week,
      // and an outdated list shuts everybody out.
      X509_CRL_set1_nextUpdate(list.get(), X509_get0_notAfter(issuer.certificate)) != 1)
    return failed("make a revocation list");
  for (const IssuedCertificate& one : issued) {
    if (!one.revoked) continue;
    std::unique_ptr<X509_REVOKED, decltype(&X509_REVOKED_free)> entry(X509_REVOKED_new(),
                                                                      &X509_REVOKED_free);
    const Number serial = number_from_hex(one.serial);
    const AsnTime since = asn_time(*one.revoked);
    if (serial == nullptr || X509_REVOKED_set_serialNumber(entry.get(), serial.get()) != 1 ||
        X509_REVOKED_set_revocationDate(entry.get(), since.get()) != 1 ||
        X509_CRL_add0_revoked(list.get(), entry.get()) != 1)
      return failed("revoke a certificate");
    (void)entry.release(); // the list owns it now
  }
  const Number list_number(ASN1_INTEGER_new(), &ASN1_INTEGER_free);
  ASN1_INTEGER_set_int64(list_number.get(), number);
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer.certificate, nullptr, nullptr, list.get(), 0);
  const Extension key_id(
      X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always"),
      &X509_EXTENSION_free);
  const Bio out = memory();
  if (key_id == nullptr || X509_CRL_add_ext(list.get(), key_id.get(), -1) != 1 ||
      X509_CRL_add1_ext_i2d(list.get(), NID_crl_number, list_number.get(), 0, 0) != 1 ||
      X509_CRL_sort(list.get()) != 1 || X509_CRL_sign(list.get(), issuer.key, EVP_sha256()) <= 0 ||
      PEM_write_bio_X509_CRL(out.get(), list.get()) != 1)
    return failed("sign a revocation list");
  return text_of(out.get());
}

std::string pem_of(X509& certificate) {
  const Bio out = memory();
  PEM_write_bio_X509(out.get(), &certificate);
  return text_of(out.get());
}

std::string pem_of(EVP_PKEY& key) {
  const Bio out = memory();
  PEM_write_bio_PrivateKey(out.get(), &key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(out.get());
}

base::Result<Certificate> parse_certificate(std::string_view pem) {
  const Bio in = over(pem);
  Certificate certificate(PEM_read_bio_X509(in.get(), nullptr, &no_pass_phrase, nullptr),
                          &X509_free);
  if (certificate == nullptr) return base::fail(base::Code::Malformed, "not a certificate in PEM");
  return certificate;
}

base::Result<PrivateKey> parse_private_key(std::string_view pem) {
  const Bio in = over(pem);
  PrivateKey key(PEM_read_bio_PrivateKey(in.get(), nullptr, &no_pass_phrase, nullptr),
                 &EVP_PKEY_free);
  if (key == nullptr) return base::fail(base::Code::Malformed, "not a private key in PEM");
  return key;
}

std::string serial_of(X509& certificate) {
  const BigNumber number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr),
                         &BN_free);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  return base::to_hex(bytes);
}

std::string fingerprint_of(X509& certificate) {
  const Bio der = memory();
  i2d_X509_bio(der.get(), &certificate);
  return std::string(base::digest_of(base::as_bytes(text_of(der.get()))).hex());
}

} // namespace portique::access
