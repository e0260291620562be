#pragma once

#include <string>
#include <string_view>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inventory/binary/binary_image.h"
#include "portique/inventory/cataloger.h"
#include "portique/inventory/file_content.h"

namespace portique::inventory {

/// The crates of a program that was built with cargo-auditable; none if it was not.
base::Result<void> add_audited_crates(const FileContent& file,
                                      const BinaryImage& image,
                                      const base::Limits& limits,
                                      Analysis& analysis);

/// Reads the JSON of cargo-auditable, uncompressed.
base::Result<void>
read_audit_json(std::string_view json, const base::Limits& limits, Analysis& analysis);

} // namespace portique::inventory
