#pragma once

// Checksums of the files of an image, taken to be held against what its package databases say. MD5
// and SHA-1 do not keep out who can make collisions, but nobody can make a file that fits a given
// checksum.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "portique/base/byte_reader.h"
#include "portique/base/limits.h"
#include "portique/model/issue.h"
#include "portique/scan/expected_files.h"

namespace portique::scan {

/// Raise it with any change of what is collected: layers are cached by it.
inline constexpr std::uint32_t kIntegrityVersion = 2;

/// What a regular file of a layer is.
struct FileChecksums {
  std::uint64_t path = 0; ///< inventory::path_hash
  std::uint64_t size = 0;
  std::uint32_t mode = 0; ///< permissions, setuid and its like among them
  Checksum md5{};
  Checksum sha1{};
  Checksum sha256{};

  friend bool operator==(const FileChecksums&, const FileChecksums&) = default;
};

/// A hard link, by inventory::path_hash of both paths.
struct SameFile {
  std::uint64_t path = 0;
  std::uint64_t target = 0; ///< in the same layer

  friend bool operator==(const SameFile&, const SameFile&) = default;
};

/// What one layer says.
struct LayerChecksums {
  std::vector<FileChecksums> files;
  std::vector<SameFile> same;
  std::vector<ExpectedFiles> lists;
  std::vector<Diversion> diversions;

  friend bool operator==(const LayerChecksums&, const LayerChecksums&) = default;
};

/// Collects one layer's checksums while its files go by.
class ChecksumCollector {
public:
  explicit ChecksumCollector(const base::Limits& limits);
  ~ChecksumCollector();
  ChecksumCollector(const ChecksumCollector&) = delete;
  ChecksumCollector& operator=(const ChecksumCollector&) = delete;

  void begin(std::string_view path, std::uint32_t mode);
  void content(base::Bytes piece);
  /// The file is over: what it is, and what it says of others, is added.
  void end(LayerChecksums& into, std::vector<model::Issue>& issues);

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace portique::scan
