#pragma once

// Files of the host: the user's own input, the cache, the database. Nothing here takes a path that
// came out of an image.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "portique/base/byte_reader.h"
#include "portique/base/fd.h"
#include "portique/base/result.h"

namespace portique::base {

/// Opens for reading, close-on-exec.
Result<Fd> open_file(const std::filesystem::path& path);

/// Size in bytes of an open regular file.
Result<std::uint64_t> file_size(const Fd& file);

/// Whether an open file can be read at any offset: a pipe, a socket and a terminal cannot.
bool is_regular_file(const Fd& file);

/// All of a file; Code::LimitExceeded if it is larger than `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit);

/// Up to `into.size()` bytes from the current position; 0 at the end. Restarts after signals.
Result<std::size_t> read_some(const Fd& file, std::span<std::byte> into);

/// Exactly `into.size()` bytes from `offset`; Code::Truncated if the file ends before.
Result<void> read_exact_at(const Fd& file, std::uint64_t offset, std::span<std::byte> into);

/// All of `bytes`.
Result<void> write_all(const Fd& file, Bytes bytes);

/// Writes beside `path` and renames over it, so that a reader sees the old or the new file, whole.
/// Links are followed. What is there and is no regular file (a pipe, /dev/null) is written into.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// A folder of its own under the system's temporary folder, removed with all it holds.
class TempDir {
public:
  static Result<TempDir> create(std::string_view prefix);
  ~TempDir();

  TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}

  TempDir& operator=(TempDir&&) = delete;
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  explicit TempDir(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

} // namespace portique::base
