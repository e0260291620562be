#pragma once

// Content digests as the OCI image specification writes them: "sha256:<64 hex>", "sha512:<128
// hex>".

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "portique/base/byte_reader.h"
#include "portique/base/result.h"

namespace portique::base {

enum class DigestAlgorithm : std::uint8_t { Sha256, Sha512 };

/// A syntactically valid digest; the empty default stands for "none known".
class Digest {
public:
  Digest() = default;

  /// Only sha256 and sha512 with lower-case hexadecimal of the right length are taken.
  static Result<Digest> parse(std::string_view text);

  [[nodiscard]] bool empty() const { return text_.empty(); }

  [[nodiscard]] DigestAlgorithm algorithm() const;
  [[nodiscard]] std::string_view hex() const;

  /// "sha256:..." or "".
  [[nodiscard]] const std::string& text() const { return text_; }

  friend bool operator==(const Digest&, const Digest&) = default;
  friend auto operator<=>(const Digest&, const Digest&) = default;

private:
  friend class Hasher;

  explicit Digest(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

/// Running hash of a stream of bytes.
class Hasher {
public:
  explicit Hasher(DigestAlgorithm algorithm = DigestAlgorithm::Sha256);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  void update(Bytes bytes);

  /// The digest of all that was given; the hasher must not be used after it.
  Digest finish();

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Digest of bytes in memory.
Digest digest_of(Bytes bytes, DigestAlgorithm algorithm = DigestAlgorithm::Sha256);

} // namespace portique::base
