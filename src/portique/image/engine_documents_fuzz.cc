#include "portique/base/byte_reader.h"
#include "portique/image/containerd_store.h"
#include "portique/image/engine_documents.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace image = portique::image;
  const auto text = portique::base::as_text(std::as_bytes(std::span(data, size)));
  const portique::base::Limits limits;
  static_cast<void>(image::parse_engine_image(text, limits));
  static_cast<void>(image::parse_engine_images(text));
  static_cast<void>(image::parse_engine_container(text));
  static_cast<void>(image::parse_path_changes(text, limits));
  static_cast<void>(image::parse_engine_error(text));
  static_cast<void>(image::parse_containerd_images(text, "default"));
  static_cast<void>(image::parse_content_root(text));
  return 0;
}
