#include "portique/base/byte_reader.h"
#include "portique/image/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace image = portique::image;
  const auto json = portique::base::as_text(std::as_bytes(std::span(data, size)));
  const portique::base::Limits limits;
  static_cast<void>(image::is_index(json));
  static_cast<void>(image::parse_index(json));
  static_cast<void>(image::parse_manifest(json, limits));
  static_cast<void>(image::parse_saved_images(json, limits));
  if (const auto config = image::parse_config(json, limits)) {
    portique::model::Image described;
    described.layers.resize(config->diff_ids.size());
    static_cast<void>(image::apply_config(*config, described));
  }
  return 0;
}
