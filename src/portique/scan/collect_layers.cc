#include "portique/scan/collect_layers.h"

#include "portique/scan/layer_cache.h"
#include "portique/scan/merge.h"

namespace portique::scan {

namespace {

LayerCache cache_of(const ScanOptions& options) {
  if (options.cache_dir.empty()) return {};
  return LayerCache(options.cache_dir, options.contents.version());
}

class LayerCollector {
public:
  LayerCollector(ImageReader& reader,
                 const image::DescribedImage& described,
                 const ScanOptions& options)
      : reader_(&reader), described_(&described), options_(&options), cache_(cache_of(options)),
        layers_(described.layers.size()) {}

  base::Result<std::vector<LayerEvidence>> collect() {
    std::vector<std::uint32_t> missing;
    for (std::uint32_t i = 0; i < layers_.size(); ++i) {
      if (auto cached = cache_.load(described_->layers[i].digest))
        layers_[i] = std::move(*cached);
      else
        missing.push_back(i);
    }
    report_progress(layers_.size() - missing.size());
    if (!missing.empty()) PQ_TRY(read(missing, {}));
    const inventory::PathMatcher matcher;
    const ExtraPaths extra = unread_link_targets(layers_, matcher);
    if (!extra.empty()) {
      std::vector<std::uint32_t> all(layers_.size());
      for (std::uint32_t i = 0; i < all.size(); ++i)
        all[i] = i;
      PQ_TRY(read(all, extra));
    }
    return std::move(layers_);
  }

private:
  base::Result<void> read(const std::vector<std::uint32_t>& layers, const ExtraPaths& extra) {
    std::size_t done = layers_.size() - layers.size();
    return reader_->read_layers(
        layers, extra, [&](std::size_t layer, LayerEvidence evidence, bool verified) {
          layers_[layer] = std::move(evidence);
          // Evidence that holds more than the endings ask for is this image's alone. That the cache
          // cannot be written costs time, not correctness.
          if (verified && extra.empty())
            (void)cache_.store(described_->layers[layer].digest, layers_[layer]);
          report_progress(++done);
        });
  }

  void report_progress(std::size_t done) const {
    if (options_->progress) options_->progress(done, layers_.size());
  }

  ImageReader* reader_;
  const image::DescribedImage* described_;
  const ScanOptions* options_;
  LayerCache cache_;
  std::vector<LayerEvidence> layers_;
};

} // namespace

base::Result<std::vector<LayerEvidence>> collect_layers(ImageReader& reader,
                                                        const image::DescribedImage& described,
                                                        const ScanOptions& options) {
  return LayerCollector(reader, described, options).collect();
}

std::optional<std::vector<LayerEvidence>> cached_layers(const image::DescribedImage& described,
                                                        const ScanOptions& options) {
  const LayerCache cache = cache_of(options);
  std::vector<LayerEvidence> layers;
  for (const image::StoredLayer& layer : described.layers) {
    auto cached = cache.load(layer.digest);
    if (!cached) return std::nullopt;
    layers.push_back(*std::move(cached));
  }
  const inventory::PathMatcher matcher;
  if (!unread_link_targets(layers, matcher).empty()) return std::nullopt;
  return layers;
}

} // namespace portique::scan
