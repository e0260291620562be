#pragma once

// LMDB (liblmdb) as portique uses it: a file that is written once, in key order, and then only
// read.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "portique/base/byte_reader.h"
#include "portique/base/result.h"

namespace portique::advisory {

/// The tables of an advisory database.
inline constexpr const char* kMetaTable = "meta";             ///< kInfoKey, kDictionaryKey
inline constexpr const char* kPackagesTable = "packages";     ///< package_key() -> entries
inline constexpr const char* kAdvisoriesTable = "advisories"; ///< advisory_key() -> head, text
inline constexpr const char* kCvesTable = "cves";             ///< CVE id -> CveFacts
inline constexpr std::string_view kInfoKey = "info";
inline constexpr std::string_view kDictionaryKey = "dictionary";

/// Writes a new file beside the one it is to replace.
class LmdbWriter {
public:
  static base::Result<LmdbWriter> create(const std::filesystem::path& final_path);
  ~LmdbWriter(); ///< removes the file unless it was published
  LmdbWriter(LmdbWriter&&) noexcept;
  LmdbWriter& operator=(LmdbWriter&&) = delete;

  /// Starts a table; keys are then appended in ascending order.
  base::Result<void> begin(const char* table);
  base::Result<void> append(std::string_view key, std::string_view value);

  /// Writes everything to the disk, and the seal behind it.
  base::Result<void> commit();

  /// Where the new file is until it is published.
  [[nodiscard]] std::filesystem::path path() const;

  /// Renames the new file over the final path.
  base::Result<void> publish();

private:
  struct State;
  explicit LmdbWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Reads the whole file and holds it against its seal: the digest of all that stands before, at the
/// very end, where LMDB does not look. LMDB trusts its pages, so a file that is to be checked is
/// checked so before anything else reads it. Code::Malformed if it does not fit.
base::Result<void> check_seal(const std::filesystem::path& file);

/// A file that is open for reading, memory-mapped. Thread-safe.
class LmdbReader {
public:
  static base::Result<LmdbReader> open(const std::filesystem::path& file);
  ~LmdbReader();
  LmdbReader(LmdbReader&&) noexcept;
  LmdbReader& operator=(LmdbReader&&) noexcept;

  /// A value, borrowed from the mapping; nothing if there is no such key or table.
  [[nodiscard]] std::optional<base::Bytes> get(const char* table, std::string_view key) const;

  /// Calls `each(key, value)` for a whole table, in key order, until it fails.
  template <typename Each> base::Result<void> for_each(const char* table, Each each) const {
    Cursor cursor(*this, table);
    std::string_view key;
    base::Bytes value;
    while (cursor.next(key, value))
      PQ_TRY(each(key, value));
    return {};
  }

private:
  struct State;

  class Cursor {
  public:
    Cursor(const LmdbReader& reader, const char* table);
    ~Cursor();
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;
    bool next(std::string_view& key, base::Bytes& value);

  private:
    void* cursor_ = nullptr;
  };

  explicit LmdbReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace portique::advisory
