#include "portique/base/byte_reader.h"
#include "portique/base/text.h"
#include "portique/image/registry_documents.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace image = portique::image;
  const auto text = portique::base::as_text(std::as_bytes(std::span(data, size)));
  if (const auto answer = image::parse_token_answer(text))
    if (!portique::base::is_word(answer->token)) __builtin_trap();
  if (image::registry_error_codes(text).size() > 200) __builtin_trap();
  static_cast<void>(image::parse_daemon_mirrors(text));
  static_cast<void>(image::next_page(text));
  return 0;
}
