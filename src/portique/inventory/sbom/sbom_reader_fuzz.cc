// Any bytes as an SBOM: the packages' layers stay inside the image, all text is UTF-8, and a file
// that is none gives an issue.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "portique/base/text.h"
#include "portique/inventory/sbom/sbom_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace inventory = portique::inventory;
  namespace model = portique::model;
  const auto document =
      inventory::read_sbom_document({"sbom", std::as_bytes(std::span(data, size))}, {});
  if (document.format.empty() && document.analysis.issues.empty()) std::abort();
  const auto layers = static_cast<std::int32_t>(document.image.layers.size());
  for (const model::Package& package : document.analysis.packages) {
    if (package.layer < model::kNoLayer || package.layer >= layers) std::abort();
    if (package.removed_in < model::kNoLayer || package.removed_in >= layers) std::abort();
    if (package.type.empty() || package.name.empty()) std::abort();
    for (const std::string* text : {&package.name, &package.version, &package.purl, &package.path})
      if (!portique::base::is_utf8(*text)) std::abort();
  }
  return 0;
}
