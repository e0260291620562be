#pragma once

// The advisory database: one LMDB file, memory-mapped, read without locks.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "portique/advisory/advisory_record.h"
#include "portique/advisory/affected_record.h"
#include "portique/base/byte_reader.h"
#include "portique/base/result.h"
#include "portique/model/report.h"

namespace portique::advisory {

/// Raised with every change of the file's layout; a file of another version is refused.
inline constexpr std::uint32_t kSchemaVersion = 3;

/// A database that is open for reading. Look-ups are const and may run on several threads.
class Database {
public:
  /// Opens read-only. Code::NotFound, or Code::Malformed / Code::Unsupported with what to do.
  static base::Result<Database> open(const std::filesystem::path& file);

  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  [[nodiscard]] const model::DatabaseInfo& info() const;

  /// Says in info() that this is the starter database inside the program.
  void mark_embedded();

  /// Whether it has anything on this ecosystem string, release included.
  [[nodiscard]] bool covers(std::string_view ecosystem) const;

  /// The entries of a package by package_key() (affected_record.h), borrowed; empty if it has none.
  [[nodiscard]] base::Bytes entries(std::string_view key) const;

  /// One advisory by the index that its entries give.
  [[nodiscard]] base::Result<AdvisoryHead> head(std::uint64_t index) const;
  [[nodiscard]] base::Result<AdvisoryText> text(std::uint64_t index) const;

  /// What is known of a CVE; nothing if no record gives more than its id.
  [[nodiscard]] base::Result<std::optional<CveFacts>> cve(std::string_view id) const;

  /// Walks every advisory, and every affected entry of every package by its normal name. For
  /// questions that no key answers; takes as long as reading the whole file.
  [[nodiscard]] base::Result<void>
  for_each_head(const std::function<void(std::uint64_t, const AdvisoryHead&)>& each) const;
  [[nodiscard]] base::Result<void>
  for_each_affected(const std::function<void(std::string_view name,
                                             std::string_view ecosystem,
                                             const AffectedRecord& record)>& each) const;

  /// Reads every record once and checks that all refer to each other.
  [[nodiscard]] base::Result<void> verify() const;

private:
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Opens a file only after all of its bytes were found to be those that were written, then reads
/// every record. A damaged file gives Code::Malformed, whatever the damage.
base::Result<void> verify_database(const std::filesystem::path& file);

/// How the file's description of itself and its keys are written.
std::string encode_info(const model::DatabaseInfo& info);
std::string advisory_key(std::uint64_t index);

} // namespace portique::advisory
