#include <cstdlib>

#include "portique/advisory/osv_feed.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& record : portique::advisory::modified_since(text, "2024-08-14T00:00:00Z"))
    if (record.id.find('/') != std::string::npos || record.id.starts_with('.'))
      std::abort(); // would leave the feed's folder
  return 0;
}
