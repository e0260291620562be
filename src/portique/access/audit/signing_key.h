#pragma once

// Ed25519 keys (RFC 8032) of a trail, in the PEM forms that openssl writes and reads: PKCS #8 and
// SubjectPublicKeyInfo.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "portique/base/result.h"

namespace portique::access {

class VerifyingKey {
public:
  /// Code::Malformed if the text is not the PEM of an Ed25519 public key.
  static base::Result<VerifyingKey> parse(std::string_view pem);
  static base::Result<VerifyingKey> read(const std::filesystem::path& file);
  ~VerifyingKey();
  VerifyingKey(VerifyingKey&&) noexcept;
  VerifyingKey& operator=(VerifyingKey&&) noexcept;

  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;
  [[nodiscard]] const std::string& pem() const;
  /// SHA-256 of the DER SubjectPublicKeyInfo, in hexadecimal.
  [[nodiscard]] const std::string& fingerprint() const;

private:
  struct State;
  explicit VerifyingKey(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class SigningKey {
public:
  static base::Result<SigningKey> generate();
  /// Refuses a file that others than its owner may read.
  static base::Result<SigningKey> read(const std::filesystem::path& file);
  /// The key of a file; if there is none, a new one is made there, readable by its owner alone.
  static base::Result<SigningKey> read_or_make(const std::filesystem::path& file);
  ~SigningKey();
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;

  /// 64 bytes. An error only if OpenSSL fails inside.
  [[nodiscard]] base::Result<std::string> sign(std::string_view message) const;
  [[nodiscard]] base::Result<VerifyingKey> verifying_key() const;

private:
  struct State;
  explicit SigningKey(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace portique::access
