#pragma once

// Images and containers of engines that speak Docker's API.

#include <filesystem>
#include <string>

#include "portique/base/result.h"
#include "portique/image/target.h"
#include "portique/scan/image_reader.h"
#include "portique/scan/read_target.h"
#include "portique/scan/scan.h"

namespace portique::scan {

/// An image of Docker or podman, streamed from the engine into the reader; not even that if the
/// image and all its layers are known from an earlier scan.
base::Result<ReadTarget>
read_engine_image(ImageReader& reader, const image::Target& target, const ScanOptions& options);

/// A container of Docker or podman, running or not: the layers of its image, and what it changed as
/// one more.
base::Result<ReadTarget>
read_container(ImageReader& reader, const std::string& name, const ScanOptions& options);

/// What an upper folder of overlayfs holds, as a layer.
base::Result<LayerEvidence>
read_overlay(ImageReader& reader, const std::filesystem::path& folder, const base::Limits& limits);

} // namespace portique::scan
