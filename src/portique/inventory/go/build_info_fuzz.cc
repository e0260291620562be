#include <cstdint>
#include <optional>
#include <vector>

#include "portique/inventory/go/build_info.h"
#include "portique/inventory/go/go_packages.h"

namespace portique::inventory {
namespace {

void read_all(base::Bytes bytes) {
  // The blob as a program without sections has it, and its lines alone.
  const FileContent file("usr/bin/program", bytes);
  const BinaryImage image{
      .sections = {{".go.buildinfo", 0x400000, 0, bytes.size()}},
      .segments = {{.address = 0x400000, .size = bytes.size(), .writable = true}}};
  std::optional<GoBuildInfo> info;
  static_cast<void>(read_go_build_info(file, image, {}, info));
  GoBuildInfo lines;
  static_cast<void>(read_go_module_lines(base::as_text(bytes), {}, lines));
  for (const GoBuildInfo& found : {info.value_or(GoBuildInfo{}), lines}) {
    Analysis analysis;
    add_go_packages(found, analysis);
  }
}

} // namespace
} // namespace portique::inventory

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  portique::inventory::read_all(std::as_bytes(std::span(data, size)));
  return 0;
}
