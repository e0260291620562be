#include "portique/access/policy_source/policy_signature.h"
#include "portique/base/byte_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace access = portique::access;
  const auto text = portique::base::as_text(std::as_bytes(std::span(data, size)));
  // Nobody is trusted: whatever it says, it is not taken.
  if (access::verify_policy("document", text, {})) __builtin_trap();
  if (const auto keys = access::parse_public_keys(text)) {
    if (keys->empty()) __builtin_trap();
    if (keys->front().verify("document", text)) __builtin_trap();
  }
  static_cast<void>(access::PrivateKey::parse(text));
  return 0;
}
