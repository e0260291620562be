#include <cstdint>

#include "portique/inventory/rust/audit_data.h"

namespace portique::inventory {
namespace {

void read_all(base::Bytes bytes) {
  const FileContent file("usr/bin/program", bytes);
  const BinaryImage image{.sections = {{".dep-v0", 0, 0, bytes.size()}}};
  Analysis analysis;
  static_cast<void>(add_audited_crates(file, image, {}, analysis));
  static_cast<void>(read_audit_json(base::as_text(bytes), {}, analysis));
}

} // namespace
} // namespace portique::inventory

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  portique::inventory::read_all(std::as_bytes(std::span(data, size)));
  return 0;
}
