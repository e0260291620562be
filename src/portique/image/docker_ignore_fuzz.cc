#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "portique/image/docker_ignore.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t split = input.find('\0');
  const auto ignore = portique::image::DockerIgnore::parse(input.substr(0, split), {});
  if (!ignore) return 0;
  const std::string_view path =
      split == std::string_view::npos ? "a/b/c.txt" : input.substr(split + 1, 1000);
  // What lies below a folder that is left out for good is left out.
  if (ignore->leaves_out_folder(path) && !ignore->leaves_out(std::string(path) + "/below"))
    __builtin_trap();
  return 0;
}
