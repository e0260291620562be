#pragma once

// The files of a trail's folder:
//   audit-00000000000000000001.jsonl   lines; the name has the number of the first one
//   head.json                          the newest signed head, once more
//   signing-key.pem, public-key.pem    Ed25519
//   torn-*.bin                         what stood behind the last whole line after a crash
//   lock                               held by the process that writes

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "portique/access/audit/line_hash.h"
#include "portique/access/audit/merkle.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

inline constexpr std::string_view kHeadFile = "head.json";
inline constexpr std::string_view kSigningKeyFile = "signing-key.pem";
inline constexpr std::string_view kPublicKeyFile = "public-key.pem";
inline constexpr std::string_view kLockFile = "lock";

struct TrailFile {
  std::filesystem::path path;
  std::uint64_t first = 0; ///< number of its first line, as its name says
};

std::string trail_file_name(std::uint64_t first);

/// Sorted by their first lines.
base::Result<std::vector<TrailFile>> list_trail_files(const std::filesystem::path& folder);

/// The end of what was written before.
struct TrailEnd {
  std::filesystem::path file; ///< "" if there is no line yet
  base::Time file_since;      ///< when it was begun
  std::uint64_t size = 0;     ///< bytes of its whole lines
  std::uint64_t number = 0;   ///< of the last line; 0 if there is none
  Hash hash = {};             ///< of the last line
  MerkleTree unsigned_lines;  ///< those behind the last head
  std::uint64_t first_unsigned = 0;
  std::string kind; ///< of the last line
};

/// What had to be put aside to go on.
struct TornTail {
  std::string file; ///< its name in the folder
  std::uint64_t bytes = 0;
  std::string digest;
};

struct Resumed {
  TrailEnd end;
  std::vector<TornTail> torn;
};

/// Finds the last whole line. What stands behind it is moved into a file of its own. Only the
/// process that holds the lock may call this.
base::Result<Resumed> resume_trail(const std::filesystem::path& folder);

} // namespace portique::access
