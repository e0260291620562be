// File format (base/codec.h): hexadecimal SHA-256 of the evidence, the key, the evidence. The key
// inside guards against a file that was renamed, the hash against a torn or damaged one.

#include "portique/scan/layer_cache.h"

#include "portique/base/codec.h"
#include "portique/base/file.h"
#include "portique/base/limits.h"

namespace portique::scan {

namespace {

std::string key_of(const base::Digest& layer, const std::string& version) {
  return layer.text() + " " + version;
}

} // namespace

LayerCache::LayerCache(const std::filesystem::path& cache_dir)
    : folder_(cache_dir / "layers"), version_(evidence_version()) {}

std::filesystem::path LayerCache::file_of(const base::Digest& layer) const {
  const std::string name(base::digest_of(base::as_bytes(key_of(layer, version_))).hex());
  return folder_ / name.substr(0, 2) / name.substr(2);
}

std::optional<LayerEvidence> LayerCache::load(const base::Digest& layer) const {
  if (folder_.empty() || layer.empty()) return std::nullopt;
  const auto content = base::read_file(file_of(layer), base::Limits{}.worker_answer_bytes);
  if (!content) return std::nullopt;
  std::string hash;
  std::string key;
  std::string evidence;
  if (!base::decode(base::as_bytes(*content), hash, key, evidence)) return std::nullopt;
  if (key != key_of(layer, version_) || hash != base::digest_of(base::as_bytes(evidence)).hex())
    return std::nullopt;
  auto decoded = decode_evidence(base::as_bytes(evidence));
  if (!decoded) return std::nullopt;
  return std::move(*decoded);
}

base::Result<void> LayerCache::store(const base::Digest& layer,
                                     const LayerEvidence& evidence) const {
  if (folder_.empty() || layer.empty()) return {};
  const std::filesystem::path file = file_of(layer);
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error)
    return base::fail(base::Code::Io,
                      "cannot make the cache folder " + file.parent_path().string() + ": " +
                          error.message());
  const std::string bytes = encode_evidence(evidence);
  const std::string hash(base::digest_of(base::as_bytes(bytes)).hex());
  return base::write_file_atomically(file, base::encode(hash, key_of(layer, version_), bytes));
}

} // namespace portique::scan
