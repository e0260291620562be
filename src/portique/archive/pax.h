#pragma once

// The records of a PAX extended header that matter for reading files.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "portique/base/byte_reader.h"
#include "portique/base/result.h"

namespace portique::archive {

/// GNU.sparse.* records of the formats 0.0, 0.1 and 1.0.
struct PaxSparse {
  std::string major;
  std::string minor;
  std::string name; ///< the member's true path
  std::optional<std::uint64_t> size;
  std::optional<std::uint64_t> real_size;
  std::optional<std::uint64_t> block_count;
  std::vector<std::uint64_t> map; ///< offset, length, offset, length, ...
  bool has_map = false;
};

/// What is empty was not given.
struct PaxHeader {
  std::string path;
  std::string link_path;
  std::optional<std::uint64_t> size;
  std::optional<std::int64_t> mtime;
  std::optional<std::uint64_t> uid;
  std::optional<std::uint64_t> gid;
  PaxSparse sparse;
};

/// Code::Malformed for records that break the format, texts with NUL and numbers that are none.
base::Result<PaxHeader> parse_pax(base::Bytes records);

} // namespace portique::archive
