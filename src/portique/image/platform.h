#pragma once

#include <string_view>

#include "portique/base/result.h"
#include "portique/model/image.h"

namespace portique::image {

/// "linux/amd64", "linux/arm64/v8"; "arm64" alone means linux. Common spellings are folded
/// (x86_64 is amd64, aarch64 is arm64) as the OCI image index names them.
base::Result<model::Platform> parse_platform(std::string_view text);

/// What this machine runs.
model::Platform host_platform();

/// Whether an index entry for `offered` serves `wanted`. A wanted platform without variant takes
/// any variant; arm64 without variant and arm64/v8 are the same.
bool serves(const model::Platform& offered, const model::Platform& wanted);

/// Code::NotFound if an image whose config says `offered` is not for `wanted`. What the config
/// leaves out, as many builders leave out the variant, contradicts nothing.
base::Result<void> demand_platform(const model::Platform& offered, const model::Platform& wanted);

/// "linux/arm64/v8".
std::string platform_text(const model::Platform& platform);

} // namespace portique::image
