#pragma once

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inventory/file_content.h"
#include "portique/inventory/sbom/sbom_format.h"

namespace portique::inventory {

/// Hands CycloneDX in XML to the reader of the JSON form, component by component. An error means
/// that the file could not be read on; what was handed over until then counts.
base::Result<void>
read_cyclonedx_xml(const FileContent& file, const base::Limits& limits, SbomFormat& format);

} // namespace portique::inventory
