#include "portique/base/digest.h"

#include <algorithm>

#include <openssl/evp.h>

#include "portique/base/text.h"

namespace portique::base {

namespace {

constexpr std::string_view kSha256 = "sha256:";
constexpr std::string_view kSha512 = "sha512:";

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

} // namespace

Result<Digest> Digest::parse(std::string_view text) {
  std::size_t hex_length = 0;
  if (text.starts_with(kSha256)) hex_length = 64;
  if (text.starts_with(kSha512)) hex_length = 128;
  if (hex_length == 0 || text.size() != kSha256.size() + hex_length ||
      !is_lower_hex(text.substr(kSha256.size())))
    return fail(Code::Malformed, "not a digest: '" + printable(text.substr(0, 80)) + "'");
  return Digest(std::string(text));
}

DigestAlgorithm Digest::algorithm() const {
  return text_.starts_with(kSha512) ? DigestAlgorithm::Sha512 : DigestAlgorithm::Sha256;
}

std::string_view Digest::hex() const {
  return empty() ? std::string_view{} : std::string_view(text_).substr(kSha256.size());
}

struct Hasher::State {
  DigestAlgorithm algorithm;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

namespace {

/// Looked for once: OpenSSL would do so for every digest. Never freed, as hashers of static
/// duration may outlive anything that would.
const EVP_MD* implementation(DigestAlgorithm algorithm) {
  static const EVP_MD* const kFetched256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const kFetched512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  return algorithm == DigestAlgorithm::Sha256 ? kFetched256 : kFetched512;
}

} // namespace

Hasher::Hasher(DigestAlgorithm algorithm) : state_(std::make_unique<State>(State{algorithm})) {
  EVP_DigestInit_ex2(state_->context.get(), implementation(algorithm), nullptr);
}

Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(Bytes bytes) {
  EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

Digest Hasher::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(state_->context.get(), raw.data(), &length);
  const std::string_view prefix = state_->algorithm == DigestAlgorithm::Sha256 ? kSha256 : kSha512;
  return Digest(std::string(prefix) + to_hex(as_text(std::as_bytes(std::span(raw).first(length)))));
}

Digest digest_of(Bytes bytes, DigestAlgorithm algorithm) {
  Hasher hasher(algorithm);
  hasher.update(bytes);
  return hasher.finish();
}

} // namespace portique::base
