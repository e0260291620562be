#include "portique/inspect/config_files/config_fuzz_frame.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return portique::inspect::fuzz_config_file("daemon.json", data, size);
}
