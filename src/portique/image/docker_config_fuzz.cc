#include "portique/base/byte_reader.h"
#include "portique/image/docker_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace image = portique::image;
  const auto text = portique::base::as_text(std::as_bytes(std::span(data, size)));
  if (const auto config = image::parse_docker_config(text)) {
    for (const auto& [key, entry] : config->auths) {
      if (entry.credentials.empty() && !entry.broken) __builtin_trap();
      if (image::find_longest_prefix(config->auths, key + "/a/b") == config->auths.end())
        __builtin_trap();
    }
  }
  static_cast<void>(image::parse_helper_answer(text));
  static_cast<void>(image::normal_registry_key(text));
  return 0;
}
