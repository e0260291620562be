#pragma once

// Keys in PEM and what they sign, on OpenSSL: Ed25519, ECDSA over the NIST curves, RSA with PKCS #1
// v1.5; the last two with SHA-256, as cosign and openssl dgst do.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"

namespace portique::access {

enum class KeyKind : std::uint8_t { Ed25519, Ecdsa, Rsa };

class PublicKey {
public:
  /// One SubjectPublicKeyInfo in PEM. RSA below 2048 bits and other curves are Code::Unsupported.
  static base::Result<PublicKey> parse(std::string_view pem);

  [[nodiscard]] KeyKind kind() const { return kind_; }

  /// "sha256:..." of the key in DER.
  [[nodiscard]] const std::string& id() const { return id_; }

  /// Whether the key's owner signed the message. ECDSA signatures are in DER.
  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;

private:
  friend class PrivateKey;
  PublicKey() = default;

  KeyKind kind_ = KeyKind::Ed25519;
  std::string id_;
  std::shared_ptr<void> key_; ///< EVP_PKEY, never changed; shared by copies
};

/// All keys of a PEM file: several while one takes another's place. At least one, at most 16.
base::Result<std::vector<PublicKey>> parse_public_keys(std::string_view pem);

class PrivateKey {
public:
  /// PKCS #8 in PEM, not encrypted.
  static base::Result<PrivateKey> parse(std::string_view pem);

  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }

  [[nodiscard]] base::Result<std::string> sign(std::string_view message) const;

private:
  PrivateKey() = default;

  PublicKey public_key_;
};

} // namespace portique::access
