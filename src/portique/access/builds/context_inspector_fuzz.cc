#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "portique/access/builds/context_inspector.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  portique::access::ContextInspector inspector("", {}, [](const portique::access::WorkloadFacts&) {
    return portique::base::Result<void>();
  });
  while (!text.empty()) {
    const std::size_t count = std::min<std::size_t>(text.size(), 300);
    if (!inspector.feed(text.substr(0, count))) break;
    text.remove_prefix(count);
  }
  return 0;
}
