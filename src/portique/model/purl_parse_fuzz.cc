// Whatever is read as a purl is written and read again as the same purl.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "portique/base/text.h"
#include "portique/model/purl_parse.h"
#include "portique/model/purl_types.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace std::string_view_literals;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto purl = portique::model::parse_purl(text);
  if (!purl) return 0;
  (void)portique::model::check_purl_type(*purl);
  const std::string written = purl->text();
  const auto again = portique::model::parse_purl(written);
  if (!again || again->text() != written || !portique::base::is_utf8(written)) std::abort();
  return 0;
}
