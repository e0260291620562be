// Two versions, divided by a newline, behind a byte that picks the scheme. Each order must be
// reflexive and antisymmetric for whatever text it is given.

#include <cstdint>
#include <cstdlib>

#include "portique/base/byte_reader.h"
#include "portique/base/text.h"
#include "portique/version/schemes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace version = portique::version;
  if (size == 0) return 0;
  std::string_view text = portique::base::as_text(std::as_bytes(std::span(data, size)));
  const auto& scheme = version::schemes()[data[0] % version::schemes().size()];
  text.remove_prefix(1);
  const std::string_view a = portique::base::take_until(text, '\n');
  const std::string_view b = text;
  if (scheme.compare(a, a) != 0) std::abort();
  if (scheme.compare(a, b) != (0 <=> scheme.compare(b, a))) std::abort();
  if (scheme.valid(a) && scheme.valid(b)) {
    const auto compared = version::compare(scheme.scheme, a, b);
    if (!compared || *compared != scheme.compare(a, b)) std::abort();
  }
  return 0;
}
