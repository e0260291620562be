#pragma once

#include "portique/image/image_source.h"

namespace portique::image {

/// The image in an archive of docker save before Docker 25: `manifest` is the content of its
/// manifest.json, which names config and layers by member path.
base::Result<DescribedImage> describe_docker_archive(BlobStore& store,
                                                     std::string_view manifest,
                                                     const Selection& selection,
                                                     const base::Limits& limits);

} // namespace portique::image
