// File format (base/codec.h): hexadecimal SHA-256 of the content, the key, the content. The key
// inside guards against a file that was renamed, the hash against a torn or damaged one.

#include "portique/scan/cache_file.h"

#include "portique/base/codec.h"
#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/limits.h"

namespace portique::scan {

namespace fs = std::filesystem;

namespace {

fs::path file_of(const fs::path& folder, std::string_view key) {
  const std::string name(base::digest_of(base::as_bytes(key)).hex());
  return folder / name.substr(0, 2) / name.substr(2);
}

} // namespace

std::optional<std::string> load_cache_file(const fs::path& folder, std::string_view key) {
  const auto file = base::read_file(file_of(folder, key), base::Limits{}.worker_answer_bytes);
  if (!file) return std::nullopt;
  std::string hash;
  std::string kept_key;
  std::string content;
  if (!base::decode(base::as_bytes(*file), hash, kept_key, content)) return std::nullopt;
  if (kept_key != key || hash != base::digest_of(base::as_bytes(content)).hex())
    return std::nullopt;
  return content;
}

base::Result<void>
store_cache_file(const fs::path& folder, std::string_view key, const std::string& content) {
  const fs::path file = file_of(folder, key);
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error)
    return base::fail(base::Code::Io,
                      "cannot make the cache folder " + file.parent_path().string() + ": " +
                          error.message());
  const std::string hash(base::digest_of(base::as_bytes(content)).hex());
  return base::write_file_atomically(file, base::encode(hash, std::string(key), content));
}

} // namespace portique::scan
