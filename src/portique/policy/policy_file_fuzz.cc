#include "portique/policy/policy_fuzz_frame.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return portique::policy::fuzz_policy("fuzz.yaml", data, size);
}
