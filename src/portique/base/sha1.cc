#include "portique/base/sha1.h"

#include <array>
#include <span>

#include <openssl/evp.h>

#include "portique/base/text.h"

namespace portique::base {

struct Sha1::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

Sha1::Sha1() : state_(std::make_unique<State>()) {
  EVP_DigestInit_ex(state_->context.get(), EVP_sha1(), nullptr);
}

Sha1::~Sha1() = default;

void Sha1::update(Bytes bytes) {
  EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

std::string Sha1::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(state_->context.get(), raw.data(), &length);
  return to_hex(as_text(std::as_bytes(std::span(raw).first(length))));
}

} // namespace portique::base
