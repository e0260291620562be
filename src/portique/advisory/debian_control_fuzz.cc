#include "portique/advisory/apt_release.h"
#include "portique/advisory/debian_control.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  portique::advisory::ControlReader reader(text);
  while (const auto paragraph = reader.next()) {
    static_cast<void>(portique::advisory::control_files(paragraph->field("Checksums-Sha256")));
    static_cast<void>(portique::advisory::control_words(paragraph->field("Binary")));
  }
  if (const auto release = portique::advisory::parse_release(text))
    static_cast<void>(portique::advisory::release_ecosystem(*release));
  return 0;
}
