#include "portique/access/trust/cosign.h"
#include "portique/base/byte_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace access = portique::access;
  const auto text = portique::base::as_text(std::as_bytes(std::span(data, size)));
  static const auto kImage = portique::base::digest_of(portique::base::as_bytes("image"));
  static const std::vector<access::TrustedKey> kKeys = [] {
    constexpr std::string_view kPem =
        "-----BEGIN PUBLIC KEY-----\n"
        "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
        "-----END PUBLIC KEY-----\n";
    auto key = access::PublicKey::parse(kPem);
    if (!key) __builtin_trap();
    return std::vector<access::TrustedKey>{{"key", *key, {"*"}}};
  }();
  // Nobody here signed anything.
  const auto simple = access::simple_signers(text, "AAAA", kImage, kKeys);
  if (simple && !simple->empty()) __builtin_trap();
  const auto attested = access::attestation_signers(text, kImage, kKeys);
  if (attested && !attested->empty()) __builtin_trap();
  return 0;
}
