#pragma once

// The advisory database: one LMDB file, memory-mapped, read without locks.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/model/report.h"

namespace portique::advisory {

/// Raised with every change of the file's layout; a file of another version is refused.
inline constexpr std::uint32_t kSchemaVersion = 1;

/// A database that is open for reading. Look-ups are const and may run on several threads.
class Database {
public:
  /// Opens read-only. Code::NotFound, or Code::Malformed / Code::Unsupported with what to do.
  static base::Result<Database> open(const std::filesystem::path& file);

  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  [[nodiscard]] const model::DatabaseInfo& info() const;

  /// Whether it has anything on this ecosystem string, release included.
  [[nodiscard]] bool covers(std::string_view ecosystem) const;

  /// Reads every record and index once and checks that all refer to each other.
  [[nodiscard]] base::Result<void> verify() const;

private:
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace portique::advisory
