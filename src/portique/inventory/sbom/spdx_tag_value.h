#pragma once

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inventory/file_content.h"
#include "portique/inventory/sbom/sbom_format.h"

namespace portique::inventory {

/// Hands the tag-value form of SPDX to the reader of the JSON form, package by package. Lines that
/// are no field are issues. An error means that the file could not be read on.
base::Result<void>
read_spdx_tag_value(const FileContent& file, const base::Limits& limits, SbomFormat& format);

} // namespace portique::inventory
