#pragma once

// Whether the files of an image are what its package databases say they are: dpkg's md5sums and
// apk's installed database carry a checksum of each file that a package brought. MD5 and SHA-1 do
// not keep out who can make collisions, but nobody can make a file that fits a given checksum.
//
// dpkg: md5sums(5) of deb packages; files that are diverted lie elsewhere (dpkg-divert(1)).
// Configuration files are not among them. apk: the fields F, R and Z of the installed database.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/byte_reader.h"
#include "portique/base/limits.h"
#include "portique/model/finding.h"

namespace portique::scan {

/// Raise it with any change of what is collected: layers are cached by it.
inline constexpr std::uint32_t kIntegrityVersion = 1;

enum class ChecksumKind : std::uint8_t { Md5, Sha1 };

/// A checksum's first sixteen bytes; MD5 has no more.
struct Checksum {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const Checksum&, const Checksum&) = default;
};

/// What a regular file of a layer is.
struct FileChecksums {
  std::uint64_t path = 0; ///< inventory::path_hash
  Checksum md5{};
  Checksum sha1{};

  friend bool operator==(const FileChecksums&, const FileChecksums&) = default;
};

/// What a package database says that a file is.
struct ExpectedChecksum {
  std::string path;
  ChecksumKind kind = ChecksumKind::Md5;
  Checksum checksum{};

  friend bool operator==(const ExpectedChecksum&, const ExpectedChecksum&) = default;
};

/// One file of a package database.
struct ChecksumList {
  std::string path;    ///< "var/lib/dpkg/info/bash.md5sums", "lib/apk/db/installed"
  std::string package; ///< "" if each entry is of another one
  std::vector<ExpectedChecksum> entries;

  friend bool operator==(const ChecksumList&, const ChecksumList&) = default;
};

/// One file that a package brings and another one has taken the place of.
struct Diversion {
  std::string from, to;
  std::string by; ///< the package whose own file stays at `from`; ":" if it is nobody's

  friend bool operator==(const Diversion&, const Diversion&) = default;
};

/// What one layer says.
struct LayerChecksums {
  std::vector<FileChecksums> files;
  std::vector<ChecksumList> lists;
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

  void begin(std::string_view path);
  void content(base::Bytes piece);
  /// The file is over: what it is, and what it says of others, is added.
  void end(LayerChecksums& into);

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace portique::scan
