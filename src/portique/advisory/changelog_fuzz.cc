#include <cstdlib>

#include "portique/advisory/changelog.h"
#include "portique/base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto fixes = portique::advisory::read_changelog(text, {});
  if (!fixes) return 0;
  for (const auto& fix : *fixes)
    if (!fix.fixed_version.empty() && text.find(fix.fixed_version) == std::string_view::npos)
      std::abort(); // a version from nowhere
  return 0;
}
