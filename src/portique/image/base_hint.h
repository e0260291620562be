#pragma once

// What an image says of the image that it was built from. All of it is the image's own word.

#include "portique/image/manifest.h"
#include "portique/model/image.h"

namespace portique::image {

/// Name and digest from the labels org.opencontainers.image.base.*, and a guess from the history
/// of how many of its lowest layers are the base's; docs/base-images.md says how it is guessed.
model::BaseHint base_hint_of(const Config& config);

} // namespace portique::image
