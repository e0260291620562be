#pragma once

#include <array>
#include <string_view>

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace portique::report {

/// The versions of CycloneDX that are written, the default first.
inline constexpr std::array<std::string_view, 4> kCycloneDxVersions{"1.7", "1.6", "1.5", "1.4"};

/// The SBOM, and the findings among it where there was a search for them. docs/sbom.md.
base::Result<void>
write_cyclonedx_json(const model::Report& report, const WriteOptions& options, const Sink& sink);
base::Result<void>
write_cyclonedx_xml(const model::Report& report, const WriteOptions& options, const Sink& sink);

} // namespace portique::report
