#pragma once

#include "portique/image/image_source.h"

namespace portique::image {

/// The image in an OCI image layout (image-spec, image-layout.md) that the selection names: by
/// reference (annotation org.opencontainers.image.ref.name, full name, or digest), else the only
/// one; then by platform. `index` is the content of index.json.
base::Result<DescribedImage> describe_oci_layout(BlobStore& store,
                                                 std::string_view index,
                                                 const Selection& selection,
                                                 const base::Limits& limits);

/// "blobs/sha256/HEX".
std::string blob_path(const base::Digest& digest);

} // namespace portique::image
