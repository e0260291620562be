#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "portique/base/digest.h"
#include "portique/base/result.h"
#include "portique/scan/layer_evidence.h"

namespace portique::scan {

/// Evidence of layers by the layer's digest and the evidence's version. Only layers whose bytes
/// were verified against their digest are kept.
class LayerCache {
public:
  /// A cache that keeps nothing.
  LayerCache() = default;
  /// `inspectors` as in evidence_version().
  explicit LayerCache(const std::filesystem::path& cache_dir, std::string_view inspectors = {});

  [[nodiscard]] std::optional<LayerEvidence> load(const base::Digest& layer) const;

  /// Failing to write is not a failure of the scan; the error says why for who wants to know.
  base::Result<void> store(const base::Digest& layer, const LayerEvidence& evidence) const;

private:
  std::filesystem::path folder_; ///< empty: keeps nothing
  std::string version_;
};

} // namespace portique::scan
