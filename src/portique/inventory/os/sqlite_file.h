#pragma once

// SQLite databases of the image, read through SQLite's own library, which is given nothing but the
// bytes of one file: no path, no journal, no lock, no temporary file.

#include <cstdint>
#include <functional>
#include <memory>

#include "portique/base/byte_reader.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inventory/file_content.h"

namespace portique::inventory {

/// A database opened for reading. Borrows the file.
class SqliteFile {
public:
  static base::Result<SqliteFile> open(const FileContent& file, const base::Limits& limits);

  ~SqliteFile();
  SqliteFile(SqliteFile&&) noexcept;
  SqliteFile& operator=(SqliteFile&&) = delete;
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;

  /// Calls `each` with the blob of every row of a statement that selects one column; an error of
  /// `each` ends it. Code::Malformed says what SQLite says of a broken file; Code::LimitExceeded
  /// stops a database that is made to keep SQLite busy.
  base::Result<void> for_each_blob(const char* statement,
                                   const std::function<base::Result<void>(base::Bytes)>& each);

private:
  struct State;
  explicit SqliteFile(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

} // namespace portique::inventory
