#pragma once

// This side of the sandboxed reader: starts it, opens files for it, and takes its evidence.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/sandbox.h"
#include "portique/image/blob_provider.h"
#include "portique/image/image_source.h"
#include "portique/image/pipe_feed.h"
#include "portique/image/target.h"
#include "portique/inventory/sbom/sbom_document.h"
#include "portique/scan/clamd_relay.h"
#include "portique/scan/content_search.h"
#include "portique/scan/layer_evidence.h"
#include "portique/scan/layer_walk.h"

namespace portique::scan {

/// An image, and what was found in its config.
struct ImageDescription : image::DescribedImage {
  std::vector<inspect::SecretHit> secrets;
  std::vector<inspect::MalwareHit> malware;
};

class ImageReader {
public:
  /// `wall_time`: how long all that is read may take, where that is not `limits.worker_seconds`.
  static base::Result<ImageReader> start(const base::Limits& limits,
                                         unsigned threads,
                                         ContentSearch search = {},
                                         std::optional<std::chrono::seconds> wall_time = {});

  /// Whether what files hold is inspected.
  [[nodiscard]] bool inspects_files() const { return inspects_files_; }

  /// Opens an archive or a layout folder and describes the image in it.
  base::Result<ImageDescription> open(const image::Target& target,
                                      const image::Selection& selection);

  /// The same with the blobs of a provider, which presents an OCI layout.
  base::Result<ImageDescription> open(std::unique_ptr<image::BlobProvider> provider,
                                      const image::Selection& selection);

  /// Describes the image in an archive that somebody feeds. Its layers are read at once; with extra
  /// paths it is fed again.
  base::Result<ImageDescription> open(image::Feed archive, const image::Selection& selection);

  /// `verified`: every byte was read and fits the layer's digest.
  using OnLayer = std::function<void(std::size_t layer, LayerEvidence evidence, bool verified)>;

  /// Reads layers of the open image, several at a time; `on_layer` is called for each in any order.
  base::Result<void> read_layers(std::span<const std::uint32_t> layers,
                                 const ExtraPaths& extra,
                                 const OnLayer& on_layer);

  /// One open file outside of any image through one cataloger; `file` is read from its beginning.
  base::Result<FileEvidence>
  analyze(const base::Fd& file, std::string_view path, std::size_t cataloger, std::uint64_t size);

  /// One open file outside of any image through the inspectors of contents; only if there are any.
  base::Result<ContentEvidence> inspect(const base::Fd& file, const InspectedFile& about);

  /// Reads a tar archive that somebody feeds as a layer of its own: of `only` the entries that it
  /// names, without it all.
  base::Result<LayerEvidence> read_tar(image::Feed tar, const OnlyPaths* only);

  /// An SBOM from the beginning of an open file.
  base::Result<inventory::SbomDocument> read_sbom(const base::Fd& file);

private:
  ImageReader(base::Worker worker, const base::Limits& limits)
      : worker_(std::move(worker)), limits_(limits) {}

  base::Result<base::Message> next_message();
  base::Result<void> answer_blob(const base::Message& request);
  base::Result<ImageDescription> receive_description();
  base::Result<void> receive_layers(std::set<std::uint32_t> awaited, const OnLayer& on_layer);
  base::Result<LayerEvidence> without_layer(std::uint32_t layer, base::Error seen) const;
  [[nodiscard]] base::Error reason_of(base::Error seen, const std::string& blob) const;

  image::Feed feed_; ///< of the open image, if it came so
  /// Of a layout. The worker goes before it, so that what feeds the worker finds nobody and stops.
  std::unique_ptr<image::BlobProvider> provider_;
  bool inspects_files_ = false;
  std::optional<ClamdRelay> clamd_;        ///< ends when the worker has gone
  std::string last_blob_;                  ///< that the reader asked for
  std::vector<image::StoredLayer> layers_; ///< of the open image
  base::Worker worker_;
  base::Limits limits_;
};

} // namespace portique::scan
