// RFC 8410 (Ed25519 keys), RFC 5480 (ECDSA keys), RFC 8017 (RSA).

#include "portique/access/trust/public_key.h"

#include <array>
#include <optional>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "portique/base/byte_reader.h"
#include "portique/base/digest.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

constexpr std::size_t kKeys = 16;
/// The largest RSA key in use (16384 bits) takes 2.9 KiB in PEM.
constexpr std::size_t kPemBytes = 64U << 10U;
constexpr int kSmallestRsa = 2048;
/// Verifying takes time that grows with the square of the key.
constexpr int kLargestRsa = 16384;

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// An encrypted key must not make OpenSSL ask at the terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) {
  return -1;
}

base::Result<KeyKind> kind_of(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
  case EVP_PKEY_ED25519:
    return KeyKind::Ed25519;
  case EVP_PKEY_RSA:
    if (EVP_PKEY_get_bits(key) < kSmallestRsa || EVP_PKEY_get_bits(key) > kLargestRsa)
      return fail(Code::Unsupported, "an RSA key must have 2048 to 16384 bits");
    return KeyKind::Rsa;
  case EVP_PKEY_EC: {
    std::array<char, 64> name{};
    std::size_t length = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1)
      return fail(Code::Unsupported, "the key's curve has no name");
    const std::string_view curve(name.data(), length);
    for (const std::string_view known : {"prime256v1", "P-256", "secp384r1", "secp521r1"})
      if (curve == known) return KeyKind::Ecdsa;
    return fail(Code::Unsupported, "keys on the curve " + std::string(curve) + " are not taken");
  }
  default:
    return fail(Code::Unsupported, "only Ed25519, ECDSA and RSA keys are taken");
  }
}

std::optional<std::string> id_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  if (length <= 0) return std::nullopt;
  const std::string_view text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  std::string id = base::digest_of(base::as_bytes(text)).text();
  OPENSSL_free(der);
  return id;
}

/// Ed25519 hashes by itself.
const EVP_MD* hash_of(KeyKind kind) {
  return kind == KeyKind::Ed25519 ? nullptr : EVP_sha256();
}

} // namespace

base::Result<PublicKey> PublicKey::parse(std::string_view pem) {
  if (pem.size() > kPemBytes) return fail(Code::LimitExceeded, "the key is larger than 64 KiB");
  const Bio source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  Pkey key(PEM_read_bio_PUBKEY(source.get(), nullptr, &no_password, nullptr), &EVP_PKEY_free);
  ERR_clear_error();
  if (!key) return fail(Code::Malformed, "this is no public key in PEM");
  PublicKey parsed;
  parsed.kind_ = PQ_TRY(kind_of(key.get()));
  const auto id = id_of(key.get());
  if (!id) return fail(Code::Malformed, "the key cannot be written in DER");
  parsed.id_ = *id;
  parsed.key_ = std::shared_ptr<void>(
      key.release(), [](void* pkey) { EVP_PKEY_free(static_cast<EVP_PKEY*>(pkey)); });
  return parsed;
}

bool PublicKey::verify(std::string_view message, std::string_view signature) const {
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  auto* key = static_cast<EVP_PKEY*>(key_.get());
  const bool good =
      context != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, hash_of(kind_), nullptr, key) == 1 &&
      EVP_DigestVerify(context.get(),
                       bytes_of(signature),
                       signature.size(),
                       bytes_of(message),
                       message.size()) == 1;
  ERR_clear_error();
  return good;
}

base::Result<std::vector<PublicKey>> parse_public_keys(std::string_view pem) {
  constexpr std::string_view kEnd = "-----END PUBLIC KEY-----";
  std::vector<PublicKey> keys;
  std::size_t start = 0;
  for (std::size_t end = pem.find(kEnd); end != std::string_view::npos;
       end = pem.find(kEnd, start)) {
    if (keys.size() == kKeys) return fail(Code::LimitExceeded, "more than 16 keys in one file");
    keys.push_back(PQ_TRY(PublicKey::parse(pem.substr(start, end + kEnd.size() - start))));
    start = end + kEnd.size();
  }
  if (keys.empty())
    return fail(Code::Malformed, "there is no public key in PEM (\"BEGIN PUBLIC KEY\")");
  return keys;
}

base::Result<PrivateKey> PrivateKey::parse(std::string_view pem) {
  if (pem.size() > kPemBytes) return fail(Code::LimitExceeded, "the key is larger than 64 KiB");
  const Bio source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  Pkey key(PEM_read_bio_PrivateKey(source.get(), nullptr, &no_password, nullptr), &EVP_PKEY_free);
  ERR_clear_error();
  if (!key)
    return fail(Code::Malformed, "this is no private key in PEM, or it is locked with a password");
  PrivateKey parsed;
  parsed.public_key_.kind_ = PQ_TRY(kind_of(key.get()));
  const auto id = id_of(key.get());
  if (!id) return fail(Code::Malformed, "the key cannot be written in DER");
  parsed.public_key_.id_ = *id;
  parsed.public_key_.key_ = std::shared_ptr<void>(
      key.release(), [](void* pkey) { EVP_PKEY_free(static_cast<EVP_PKEY*>(pkey)); });
  return parsed;
}

base::Result<std::string> PrivateKey::sign(std::string_view message) const {
  const Context context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  auto* key = static_cast<EVP_PKEY*>(public_key_.key_.get());
  std::size_t length = 0;
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, hash_of(public_key_.kind_), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &length, bytes_of(message), message.size()) != 1)
    return fail(Code::Io, "OpenSSL cannot sign with this key");
  std::string signature(length, '\0');
  auto* into = reinterpret_cast<unsigned char*>(signature.data());
  if (EVP_DigestSign(context.get(), into, &length, bytes_of(message), message.size()) != 1)
    return fail(Code::Io, "OpenSSL cannot sign with this key");
  signature.resize(length);
  return signature;
}

} // namespace portique::access
