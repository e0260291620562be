#pragma once

#include <array>
#include <string_view>

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

inline constexpr std::array<std::string_view, 1> kSpdxVersions{"2.3"};

/// The SBOM as SPDX, which has no place for findings. docs/sbom.md.
base::Result<void>
write_spdx_json(const model::Report& report, const WriteOptions& options, const Sink& sink);
base::Result<void>
write_spdx_tag_value(const model::Report& report, const WriteOptions& options, const Sink& sink);

} // namespace portique::report
