// A read-only VFS over FileContent, https://www.sqlite.org/vfs.html. It says that the file is
// immutable, which keeps SQLite from locks and journals and lets it open databases in WAL mode
// (what still stands in the log is not seen). Opening anything but the file itself fails.
// Defence follows https://www.sqlite.org/security.html.

#include "portique/inventory/os/sqlite_file.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

#include <fmt/format.h>
#include <sqlite3.h>

namespace portique::inventory {

namespace {

using base::Code;
using base::fail;
using base::Result;

/// Instructions of SQLite's machine for one statement; a row of a plain scan takes some ten.
constexpr std::int64_t kMostInstructions = 200'000'000;
constexpr int kInstructionsPerCheck = 10'000;
constexpr int kMostStatementBytes = 65536;

/// What SQLite allocates for an open file: its own part first.
struct OpenedFile {
  sqlite3_file base;
  const FileContent* content;
};

const FileContent& content_of(sqlite3_file* file) {
  return *reinterpret_cast<OpenedFile*>(file)->content;
}

int close_file(sqlite3_file* /*file*/) {
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* into, int amount, sqlite3_int64 offset) {
  const FileContent& content = content_of(file);
  const auto wanted = static_cast<std::uint64_t>(amount);
  const auto from = static_cast<std::uint64_t>(offset);
  const std::span<std::byte> bytes(static_cast<std::byte*>(into), wanted);
  const std::uint64_t there = from >= content.size() ? 0 : std::min(wanted, content.size() - from);
  if (there > 0 && !content.read_at(from, bytes.first(there))) return SQLITE_IOERR_READ;
  if (there == wanted) return SQLITE_OK;
  std::ranges::fill(bytes.subspan(there), std::byte{0});
  return SQLITE_IOERR_SHORT_READ;
}

int refuse_write(sqlite3_file* /*file*/, const void* /*from*/, int /*n*/, sqlite3_int64 /*at*/) {
  return SQLITE_READONLY;
}

int refuse_truncate(sqlite3_file* /*file*/, sqlite3_int64 /*size*/) {
  return SQLITE_READONLY;
}

int accept_sync(sqlite3_file* /*file*/, int /*flags*/) {
  return SQLITE_OK;
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(content_of(file).size());
  return SQLITE_OK;
}

int accept_lock(sqlite3_file* /*file*/, int /*level*/) {
  return SQLITE_OK;
}

int is_reserved(sqlite3_file* /*file*/, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}

int no_control(sqlite3_file* /*file*/, int /*operation*/, void* /*argument*/) {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file* /*file*/) {
  return 512;
}

int characteristics(sqlite3_file* /*file*/) {
  return SQLITE_IOCAP_IMMUTABLE;
}

constexpr sqlite3_io_methods kMethods{
    .iVersion = 1,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = refuse_write,
    .xTruncate = refuse_truncate,
    .xSync = accept_sync,
    .xFileSize = size_of_file,
    .xLock = accept_lock,
    .xUnlock = accept_lock,
    .xCheckReservedLock = is_reserved,
    .xFileControl = no_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

int open_file(
    sqlite3_vfs* vfs, const char* /*name*/, sqlite3_file* file, int flags, int* out_flags) {
  auto* opened = reinterpret_cast<OpenedFile*>(file);
  opened->base.pMethods = nullptr;
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0) return SQLITE_CANTOPEN;
  opened->base.pMethods = &kMethods;
  opened->content = static_cast<const FileContent*>(vfs->pAppData);
  if (out_flags != nullptr) *out_flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
  return SQLITE_OK;
}

int refuse_delete(sqlite3_vfs* /*vfs*/, const char* /*name*/, int /*sync*/) {
  return SQLITE_IOERR_DELETE;
}

int no_access(sqlite3_vfs* /*vfs*/, const char* /*name*/, int /*flags*/, int* result) {
  *result = 0;
  return SQLITE_OK;
}

int same_name(sqlite3_vfs* /*vfs*/, const char* name, int room, char* out) {
  sqlite3_snprintf(room, out, "%s", name);
  return SQLITE_OK;
}

// Nothing that is read here depends on chance or time.
int no_randomness(sqlite3_vfs* /*vfs*/, int bytes, char* out) {
  std::memset(out, 0, static_cast<std::size_t>(bytes));
  return bytes;
}

int no_sleep(sqlite3_vfs* /*vfs*/, int microseconds) {
  return microseconds;
}

int no_time(sqlite3_vfs* /*vfs*/, double* days) {
  *days = 0;
  return SQLITE_OK;
}

int no_error(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*out*/) {
  return 0;
}

} // namespace

struct SqliteFile::State {
  const FileContent* file = nullptr;
  std::string name; ///< of the VFS, which is this database's own
  sqlite3_vfs vfs{};
  sqlite3* database = nullptr;
  std::int64_t instructions = 0;

  explicit State(const FileContent& content)
      : file(&content), name(fmt::format("portique-{}", fmt::ptr(this))) {
    vfs.iVersion = 1;
    vfs.szOsFile = sizeof(OpenedFile);
    vfs.mxPathname = 64;
    vfs.zName = name.c_str();
    vfs.pAppData = const_cast<FileContent*>(&content); // given back as const by open_file()
    vfs.xOpen = open_file;
    vfs.xDelete = refuse_delete;
    vfs.xAccess = no_access;
    vfs.xFullPathname = same_name;
    vfs.xRandomness = no_randomness;
    vfs.xSleep = no_sleep;
    vfs.xCurrentTime = no_time;
    vfs.xGetLastError = no_error;
  }

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ~State() {
    sqlite3_close(database);
    sqlite3_vfs_unregister(&vfs);
  }

  /// Asked every kInstructionsPerCheck instructions; anything but 0 interrupts the statement.
  static int check_budget(void* self) {
    auto* state = static_cast<State*>(self);
    state->instructions += kInstructionsPerCheck;
    return state->instructions > kMostInstructions ? 1 : 0;
  }

  [[nodiscard]] std::unexpected<base::Error> failure(int code) const {
    if (code == SQLITE_INTERRUPT)
      return fail(Code::LimitExceeded, "the SQLite database keeps its reader busy without end");
    if (code == SQLITE_NOMEM) return fail(Code::LimitExceeded, "out of memory in SQLite");
    return fail(Code::Malformed,
                fmt::format("SQLite cannot read it: {}",
                            database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database)));
  }

  Result<void> open(const base::Limits& limits) {
    if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK)
      return fail(Code::Io, "cannot register the reader with SQLite");
    const int opened = sqlite3_open_v2(
        "database", &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, name.c_str());
    if (opened != SQLITE_OK) return failure(opened);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_limit(database,
                  SQLITE_LIMIT_LENGTH,
                  static_cast<int>(std::min<std::uint64_t>(limits.rpm_header_bytes,
                                                           std::numeric_limits<int>::max())));
    sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, kMostStatementBytes);
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(database, SQLITE_LIMIT_EXPR_DEPTH, 10);
    sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
    sqlite3_progress_handler(database, kInstructionsPerCheck, check_budget, this);
    return {};
  }
};

SqliteFile::SqliteFile(std::unique_ptr<State> state) : state_(std::move(state)) {}

SqliteFile::SqliteFile(SqliteFile&&) noexcept = default;
SqliteFile::~SqliteFile() = default;

Result<SqliteFile> SqliteFile::open(const FileContent& file, const base::Limits& limits) {
  auto state = std::make_unique<State>(file);
  PQ_TRY(state->open(limits));
  return SqliteFile(std::move(state));
}

Result<void> SqliteFile::for_each_blob(const char* statement,
                                       const std::function<Result<void>(base::Bytes)>& each) {
  sqlite3_stmt* raw = nullptr;
  const int prepared = sqlite3_prepare_v2(state_->database, statement, -1, &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> query(raw, sqlite3_finalize);
  if (prepared != SQLITE_OK) return state_->failure(prepared);
  while (true) {
    const int step = sqlite3_step(query.get());
    if (step == SQLITE_DONE) return {};
    if (step != SQLITE_ROW) return state_->failure(step);
    const void* blob = sqlite3_column_blob(query.get(), 0);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(query.get(), 0));
    PQ_TRY(each({static_cast<const std::byte*>(blob), blob == nullptr ? 0 : size}));
  }
}

} // namespace portique::inventory
