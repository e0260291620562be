#include "portique/advisory/lmdb_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <map>
#include <span>
#include <vector>

#include <fcntl.h>
#include <lmdb.h>
#include <unistd.h>

#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace {

/// Address space, not memory: far above any database that there can be.
constexpr std::size_t kMapBytes = 64ULL << 30U;
constexpr MDB_dbi kTables = 8;

constexpr std::array kTableNames{kMetaTable, kPackagesTable, kAdvisoriesTable, kCvesTable};

std::unexpected<base::Error> lmdb_failure(const std::string& what, int code) {
  if (code > 0) return base::fail_errno(what, code);
  return base::fail(base::Code::Io, what + ": " + mdb_strerror(code));
}

struct CloseEnvironment {
  void operator()(MDB_env* environment) const { mdb_env_close(environment); }
};

using Environment = std::unique_ptr<MDB_env, CloseEnvironment>;

MDB_val value_of(std::string_view text) {
  return {text.size(), const_cast<char*>(text.data())}; // LMDB only reads it
}

/// A file that was cut would end this process with SIGBUS when the missing pages are touched.
base::Result<void> check_length(MDB_env* environment, const std::filesystem::path& file) {
  MDB_envinfo info{};
  MDB_stat stat{};
  mdb_env_info(environment, &info);
  mdb_env_stat(environment, &stat);
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error || size / stat.ms_psize <= info.me_last_pgno)
    return base::fail(base::Code::Truncated,
                      "the advisory database " + file.string() +
                          " is cut short; build or update it again");
  return {};
}

/// LMDB begins with two pages that describe the rest; it takes an empty file for a new one.
constexpr std::uintmax_t kLeastBytes = 2 * 4096;

constexpr std::size_t kSealBytes = std::string_view("sha256:").size() + 64;

/// The digest of the first `size` bytes of a file.
base::Result<std::string> seal_of(const base::Fd& file, std::uint64_t size) {
  base::Hasher hasher;
  std::vector<std::byte> buffer(1U << 20U);
  for (std::uint64_t at = 0; at < size; at += buffer.size()) {
    const std::span<std::byte> piece(
        buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size - at)));
    PQ_TRY(base::read_exact_at(file, at, piece));
    hasher.update(piece);
  }
  return hasher.finish().text();
}

base::Result<void> write_seal(const std::filesystem::path& path) {
  const base::Fd file(::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC));
  if (!file.valid()) return base::fail_errno("cannot open " + path.string(), errno);
  const std::string seal = PQ_TRY(seal_of(file, PQ_TRY(base::file_size(file))));
  PQ_TRY(base::write_all(file, base::as_bytes(seal)));
  if (::fsync(file.get()) != 0) return base::fail_errno("cannot write " + path.string(), errno);
  return {};
}

/// New files beside `final_path` whose writers were killed.
void remove_abandoned(const std::filesystem::path& final_path) {
  const std::string prefix = final_path.filename().string() + ".new.";
  const auto folder = final_path.has_parent_path() ? final_path.parent_path() : ".";
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    const auto writer = base::parse_int<pid_t>(std::string_view(name).substr(prefix.size()));
    std::error_code ignored;
    if (writer && *writer > 0 && ::kill(*writer, 0) != 0 && errno == ESRCH)
      std::filesystem::remove(entry->path(), ignored);
  }
}

} // namespace

base::Result<void> check_seal(const std::filesystem::path& path) {
  const base::Fd file = PQ_TRY(base::open_file(path));
  const std::uint64_t size = PQ_TRY(base::file_size(file));
  std::array<std::byte, kSealBytes> seal{};
  if (size > seal.size()) PQ_TRY(base::read_exact_at(file, size - seal.size(), seal));
  const std::string_view text = base::as_text(seal);
  if (!text.starts_with("sha256:"))
    return base::fail(base::Code::Malformed,
                      path.string() + " does not end like an advisory database; it is none, it is "
                                      "cut short, or another version of portique made it");
  if (PQ_TRY(seal_of(file, size - seal.size())) != text)
    return base::fail(base::Code::Malformed,
                      path.string() + " is damaged: its bytes are not those that were written; "
                                      "build or update it again");
  return {};
}

struct LmdbWriter::State {
  std::filesystem::path final_path;
  std::filesystem::path new_path;
  Environment environment;
  MDB_txn* transaction = nullptr;
  MDB_cursor* cursor = nullptr;
  bool published = false;

  ~State() {
    if (transaction != nullptr) mdb_txn_abort(transaction);
    environment.reset();
    std::error_code ignored;
    if (!published) std::filesystem::remove(new_path, ignored);
  }
};

LmdbWriter::LmdbWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}

LmdbWriter::~LmdbWriter() = default;
LmdbWriter::LmdbWriter(LmdbWriter&&) noexcept = default;

base::Result<LmdbWriter> LmdbWriter::create(const std::filesystem::path& final_path) {
  auto state = std::make_unique<State>();
  state->final_path = final_path;
  state->new_path = final_path.string() + ".new." + std::to_string(::getpid());
  remove_abandoned(final_path);
  std::error_code ignored;
  std::filesystem::remove(state->new_path, ignored); // of an earlier process of this number
  const std::string what = "cannot write " + state->new_path.string();
  MDB_env* environment = nullptr;
  if (const int code = mdb_env_create(&environment); code != 0) return lmdb_failure(what, code);
  state->environment.reset(environment);
  mdb_env_set_mapsize(environment, kMapBytes);
  mdb_env_set_maxdbs(environment, kTables);
  constexpr unsigned kFlags = MDB_NOSUBDIR | MDB_NOLOCK | MDB_NOSYNC | MDB_NOTLS;
  if (const int code = mdb_env_open(environment, state->new_path.c_str(), kFlags, 0644); code != 0)
    return lmdb_failure(what, code);
  if (const int code = mdb_txn_begin(environment, nullptr, 0, &state->transaction); code != 0)
    return lmdb_failure(what, code);
  return LmdbWriter(std::move(state));
}

base::Result<void> LmdbWriter::begin(const char* table) {
  MDB_dbi handle = 0;
  int code = mdb_dbi_open(state_->transaction, table, MDB_CREATE, &handle);
  if (code == 0) code = mdb_cursor_open(state_->transaction, handle, &state_->cursor);
  if (code != 0) return lmdb_failure("cannot write " + state_->new_path.string(), code);
  return {};
}

base::Result<void> LmdbWriter::append(std::string_view key, std::string_view value) {
  MDB_val raw_key = value_of(key);
  MDB_val raw_value = value_of(value);
  const int code = mdb_cursor_put(state_->cursor, &raw_key, &raw_value, MDB_APPEND);
  if (code != 0) return lmdb_failure("cannot write " + state_->new_path.string(), code);
  return {};
}

base::Result<void> LmdbWriter::commit() {
  const int code = mdb_txn_commit(state_->transaction);
  state_->transaction = nullptr;
  if (code != 0) return lmdb_failure("cannot write " + state_->new_path.string(), code);
  if (const int synced = mdb_env_sync(state_->environment.get(), 1); synced != 0)
    return lmdb_failure("cannot write " + state_->new_path.string(), synced);
  state_->environment.reset();
  return write_seal(state_->new_path);
}

std::filesystem::path LmdbWriter::path() const {
  return state_->new_path;
}

base::Result<void> LmdbWriter::publish() {
  if (::rename(state_->new_path.c_str(), state_->final_path.c_str()) != 0)
    return base::fail_errno("cannot replace " + state_->final_path.string(), errno);
  state_->published = true;
  return {};
}

struct LmdbReader::State {
  Environment environment;
  MDB_txn* transaction = nullptr; ///< one read transaction for the reader's life: the file is fixed
  std::map<std::string, MDB_dbi, std::less<>> tables;

  ~State() {
    if (transaction != nullptr) mdb_txn_abort(transaction);
  }
};

LmdbReader::LmdbReader(std::unique_ptr<State> state) : state_(std::move(state)) {}

LmdbReader::~LmdbReader() = default;
LmdbReader::LmdbReader(LmdbReader&&) noexcept = default;
LmdbReader& LmdbReader::operator=(LmdbReader&&) noexcept = default;

base::Result<LmdbReader> LmdbReader::open(const std::filesystem::path& file) {
  auto state = std::make_unique<State>();
  const std::string what = "cannot open the advisory database " + file.string();
  if (::access(file.c_str(), R_OK) != 0) return base::fail_errno(what, errno);
  std::error_code no_size;
  if (std::filesystem::file_size(file, no_size) < kLeastBytes)
    return base::fail(base::Code::Malformed, file.string() + " is not an advisory database");
  MDB_env* environment = nullptr;
  if (const int code = mdb_env_create(&environment); code != 0) return lmdb_failure(what, code);
  state->environment.reset(environment);
  mdb_env_set_maxdbs(environment, kTables);
  constexpr unsigned kFlags = MDB_NOSUBDIR | MDB_NOLOCK | MDB_RDONLY | MDB_NOTLS | MDB_NORDAHEAD;
  int code = mdb_env_open(environment, file.c_str(), kFlags, 0);
  if (code == MDB_INVALID || code == MDB_VERSION_MISMATCH)
    return base::fail(base::Code::Malformed, file.string() + " is not an advisory database");
  if (code == 0) code = mdb_txn_begin(environment, nullptr, MDB_RDONLY, &state->transaction);
  if (code != 0) return lmdb_failure(what, code);
  PQ_TRY(check_length(environment, file));
  // Table handles are opened here, once: opening one later would not be thread-safe.
  for (const char* table : kTableNames) {
    MDB_dbi handle = 0;
    if (mdb_dbi_open(state->transaction, table, 0, &handle) != 0) continue;
    state->tables[table] = handle;
    MDB_stat stat{};
    mdb_stat(
        state->transaction, handle, &stat); // reads the table's root, which get() then need not
  }
  return LmdbReader(std::move(state));
}

std::optional<base::Bytes> LmdbReader::get(const char* table, std::string_view key) const {
  const auto handle = state_->tables.find(table);
  if (handle == state_->tables.end()) return std::nullopt;
  MDB_val raw_key = value_of(key);
  MDB_val value;
  if (mdb_get(state_->transaction, handle->second, &raw_key, &value) != 0) return std::nullopt;
  return base::Bytes(static_cast<const std::byte*>(value.mv_data), value.mv_size);
}

LmdbReader::Cursor::Cursor(const LmdbReader& reader, const char* table) {
  const auto handle = reader.state_->tables.find(table);
  if (handle == reader.state_->tables.end()) return;
  MDB_cursor* cursor = nullptr;
  if (mdb_cursor_open(reader.state_->transaction, handle->second, &cursor) == 0) cursor_ = cursor;
}

LmdbReader::Cursor::~Cursor() {
  if (cursor_ != nullptr) mdb_cursor_close(static_cast<MDB_cursor*>(cursor_));
}

bool LmdbReader::Cursor::next(std::string_view& key, base::Bytes& value) {
  MDB_val raw_key;
  MDB_val raw_value;
  if (cursor_ == nullptr ||
      mdb_cursor_get(static_cast<MDB_cursor*>(cursor_), &raw_key, &raw_value, MDB_NEXT) != 0)
    return false;
  key = {static_cast<const char*>(raw_key.mv_data), raw_key.mv_size};
  value = {static_cast<const std::byte*>(raw_value.mv_data), raw_value.mv_size};
  return true;
}

} // namespace portique::advisory
