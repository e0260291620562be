#include "portique/scan/layer_cache.h"

#include "portique/scan/cache_file.h"

namespace portique::scan {

namespace {

std::string key_of(const base::Digest& layer, const std::string& version) {
  return layer.text() + " " + version;
}

} // namespace

LayerCache::LayerCache(const std::filesystem::path& cache_dir, std::string_view inspectors)
    : folder_(cache_dir / "layers"), version_(evidence_version(inspectors)) {}

std::optional<LayerEvidence> LayerCache::load(const base::Digest& layer) const {
  if (folder_.empty() || layer.empty()) return std::nullopt;
  const auto content = load_cache_file(folder_, key_of(layer, version_));
  if (!content) return std::nullopt;
  auto decoded = decode_evidence(base::as_bytes(*content));
  if (!decoded) return std::nullopt;
  return std::move(*decoded);
}

base::Result<void> LayerCache::store(const base::Digest& layer,
                                     const LayerEvidence& evidence) const {
  if (folder_.empty() || layer.empty()) return {};
  return store_cache_file(folder_, key_of(layer, version_), encode_evidence(evidence));
}

} // namespace portique::scan
