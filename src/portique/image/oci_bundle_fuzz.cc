#include "portique/base/byte_reader.h"
#include "portique/image/lxc_container.h"
#include "portique/image/oci_bundle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace image = portique::image;
  const auto text = portique::base::as_text(std::as_bytes(std::span(data, size)));
  static_cast<void>(image::parse_runtime_state(text));
  static_cast<void>(image::parse_bundle_root(text));
  static_cast<void>(image::parse_lxc_rootfs(image::lxc_setting(text, "lxc.rootfs.path")));
  return 0;
}
