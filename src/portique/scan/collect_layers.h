#pragma once

// The evidence of all layers of an image, out of the cache or read now.

#include <optional>
#include <vector>

#include "portique/base/result.h"
#include "portique/image/image_source.h"
#include "portique/scan/image_reader.h"
#include "portique/scan/layer_evidence.h"
#include "portique/scan/scan.h"

namespace portique::scan {

/// Of the image that `reader` has open, in its order.
base::Result<std::vector<LayerEvidence>> collect_layers(ImageReader& reader,
                                                        const image::DescribedImage& described,
                                                        const ScanOptions& options);

/// The same without a reader: nothing unless the cache has all that is needed.
std::optional<std::vector<LayerEvidence>> cached_layers(const image::DescribedImage& described,
                                                        const ScanOptions& options);

} // namespace portique::scan
