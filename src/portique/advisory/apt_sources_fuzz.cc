#include "portique/advisory/apt_sources.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& source : portique::advisory::parse_sources_list(text))
    static_cast<void>(portique::advisory::is_debian_security(source));
  static_cast<void>(portique::advisory::parse_deb822_sources(text));
  static_cast<void>(portique::advisory::parse_apt_source(text));
  return 0;
}
