#include "portique/access/audit/line_hash.h"

#include <openssl/evp.h>

#include "portique/base/text.h"

namespace portique::access {

std::string hash_text(const Hash& hash) {
  return base::to_hex({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

std::optional<Hash> parse_hash(std::string_view text) {
  Hash hash{};
  if (text.size() != 2 * hash.size()) return std::nullopt;
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    hash[i] = static_cast<unsigned char>(16 * high + low);
  }
  return hash;
}

struct LineHasher::State {
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm{
      EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free};
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

LineHasher::LineHasher() : state_(std::make_unique<State>()) {}

LineHasher::~LineHasher() = default;
LineHasher::LineHasher(LineHasher&&) noexcept = default;
LineHasher& LineHasher::operator=(LineHasher&&) noexcept = default;

Hash LineHasher::of(std::string_view bytes) {
  return of(bytes, {});
}

Hash LineHasher::of(std::string_view first, std::string_view second, std::string_view third) {
  Hash hash{};
  EVP_MD_CTX* context = state_->context.get();
  EVP_DigestInit_ex2(context, state_->algorithm.get(), nullptr);
  for (const std::string_view part : {first, second, third})
    EVP_DigestUpdate(context, part.data(), part.size());
  EVP_DigestFinal_ex(context, hash.data(), nullptr);
  return hash;
}

} // namespace portique::access
