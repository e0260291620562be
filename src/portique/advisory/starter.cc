#include "portique/advisory/starter.h"

#include <cerrno>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/archive/byte_stream.h"
#include "portique/archive/decompress.h"
#include "portique/base/digest.h"
#include "portique/base/embed.h"
#include "portique/base/fd.h"
#include "portique/base/file.h"
#include "portique/base/limits.h"

// PORTIQUE_STARTER_FILE is made by the build from data/starter/.
PQ_EMBED(starter, PORTIQUE_STARTER_FILE);

namespace portique::advisory {

namespace fs = std::filesystem;

namespace {

base::Result<void> unpack(base::Bytes packed, const base::Fd& file) {
  const base::Limits limits;
  auto stream = PQ_TRY(
      archive::decompress(archive::memory_stream(packed), archive::Compression::Zstd, limits));
  while (true) {
    const base::Bytes piece = PQ_TRY(stream->next());
    if (piece.empty()) return {};
    PQ_TRY(base::write_all(file, piece));
  }
}

/// Writes beside `file` and renames, so that another process sees all of it or nothing.
base::Result<void> unpack_to(base::Bytes packed, const fs::path& file) {
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  std::string name = file.string() + ".XXXXXX";
  const base::Fd beside(::mkostemp(name.data(), O_CLOEXEC));
  if (!beside.valid()) return base::fail_errno("cannot write beside " + file.string(), errno);
  auto written = unpack(packed, beside);
  if (written && (::fchmod(beside.get(), 0644) != 0 || ::rename(name.c_str(), file.c_str()) != 0))
    written = base::fail_errno("cannot write " + file.string(), errno);
  if (!written) ::unlink(name.c_str());
  return written;
}

/// Removes what other versions of the program left; whoever has it open keeps it.
void remove_others(const fs::path& file) {
  std::error_code error;
  for (fs::directory_iterator entry(file.parent_path(), error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->path() != file) fs::remove(entry->path(), ignored);
  }
}

base::Result<Database> open_in_memory(base::Bytes packed) {
  const base::Fd file(::memfd_create("portique-starter", MFD_CLOEXEC));
  if (!file.valid()) return base::fail_errno("cannot unpack the starter database", errno);
  PQ_TRY(unpack(packed, file));
  // The mapping outlives the descriptor.
  return Database::open("/proc/self/fd/" + std::to_string(file.get()));
}

base::Result<Database> open_in_cache(base::Bytes packed, const fs::path& cache_dir) {
  const auto name = base::digest_of(packed).hex().substr(0, 16);
  const fs::path file = cache_dir / "starter" / (std::string(name) + ".lmdb");
  if (auto database = Database::open(file)) return database;
  PQ_TRY(unpack_to(packed, file));
  remove_others(file);
  return Database::open(file);
}

} // namespace

base::Result<Database> open_packed(base::Bytes packed, const fs::path& cache_dir) {
  auto database = cache_dir.empty() ? open_in_memory(packed) : open_in_cache(packed, cache_dir);
  if (!database && !cache_dir.empty()) database = open_in_memory(packed);
  if (database) database->mark_embedded();
  return database;
}

base::Result<Database> open_starter(const fs::path& cache_dir) {
  return open_packed(PQ_EMBEDDED(starter), cache_dir);
}

} // namespace portique::advisory
