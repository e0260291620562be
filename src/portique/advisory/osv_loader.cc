#include "portique/advisory/osv_loader.h"

#include <algorithm>

#include <sys/mman.h>

#include "portique/advisory/osv.h"
#include "portique/archive/zip_reader.h"
#include "portique/base/file.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace fs = std::filesystem;
using base::Code;
using base::fail;

namespace {

constexpr std::size_t kReasons = 20;

/// A file mapped for reading.
class MappedFile {
public:
  static base::Result<MappedFile> open(const fs::path& path) {
    const base::Fd file = PQ_TRY(base::open_file(path));
    const std::uint64_t size = PQ_TRY(base::file_size(file));
    if (size == 0) return fail(Code::Truncated, path.string() + " is empty");
    void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (memory == MAP_FAILED) return base::fail_errno("cannot map " + path.string(), errno);
    return MappedFile(memory, size);
  }

  ~MappedFile() {
    if (memory_ != nullptr) ::munmap(memory_, size_);
  }

  MappedFile(MappedFile&& other) noexcept
      : memory_(std::exchange(other.memory_, nullptr)), size_(other.size_) {}

  MappedFile& operator=(MappedFile&&) = delete;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] base::Bytes bytes() const {
    return {static_cast<const std::byte*>(memory_), size_};
  }

private:
  MappedFile(void* memory, std::uint64_t size) : memory_(memory), size_(size) {}

  void* memory_;
  std::uint64_t size_;
};

class Loader {
public:
  Loader(DatabaseBuilder& builder, const base::Limits& limits, const LoadOptions& options)
      : builder_(&builder), limits_(&limits), options_(&options) {}

  base::Result<void> load(const fs::path& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) return load_folder(path);
    if (path.extension() == ".zip") return load_zip(path);
    return load_json(path);
  }

  LoadSummary summary;

private:
  base::Result<void> load_folder(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> files;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
      const fs::path extension = at->path().extension();
      if (at->is_regular_file() && (extension == ".zip" || extension == ".json"))
        files.push_back(at->path());
    }
    if (error) return fail(Code::Io, "cannot list " + folder.string() + ": " + error.message());
    if (files.empty())
      return fail(Code::NotFound, "there is no .zip and no .json file below " + folder.string());
    std::ranges::sort(files); // the same input gives the same database
    for (const fs::path& file : files)
      PQ_TRY(load(file));
    return {};
  }

  base::Result<void> load_zip(const fs::path& path) {
    const MappedFile file = PQ_TRY(MappedFile::open(path));
    const auto zip =
        PQ_TRY(base::at(path.string(), archive::ZipReader::open(file.bytes(), *limits_)));
    std::uint64_t unpacked = 0;
    for (const archive::ZipEntry& entry : zip.entries()) {
      if (!entry.name.ends_with(".json") || options_->replaced.contains(entry.name)) continue;
      unpacked += entry.size;
      if (unpacked > limits_->feed_bytes)
        return fail(Code::LimitExceeded, path.string() + " unpacks to too much");
      const std::string place = path.string() + ": " + base::printable(entry.name);
      if (entry.size > limits_->advisory_bytes) {
        refuse(place, too_large());
        continue;
      }
      PQ_TRY(base::at(place, zip.read(entry, limits_->advisory_bytes, content_)));
      take(place, content_);
    }
    return {};
  }

  base::Result<void> load_json(const fs::path& path) {
    const std::string content = PQ_TRY(base::read_file(path, limits_->advisory_bytes));
    take(path.string(), content);
    return {};
  }

  static base::Error too_large() { return {Code::LimitExceeded, "the record is too large"}; }

  void take(const std::string& place, std::string_view json) {
    const auto advisory = parser_.parse(json, *limits_);
    if (!advisory) return refuse(place, advisory.error());
    ++summary.records;
    if (advisory->withdrawn) ++summary.withdrawn;
    if (!summary.newest || *advisory->modified > *summary.newest)
      summary.newest = advisory->modified;
    builder_->add(*advisory);
    constexpr std::uint64_t kStep = 1024;
    if (options_->progress && summary.records % kStep == 0) options_->progress(summary.records);
  }

  void refuse(const std::string& place, const base::Error& error) {
    ++summary.refused;
    if (summary.reasons.size() < kReasons) summary.reasons.push_back(place + ": " + error.text());
  }

  DatabaseBuilder* builder_;
  const base::Limits* limits_;
  const LoadOptions* options_;
  OsvParser parser_;
  std::string content_;
};

} // namespace

base::Result<LoadSummary> load_osv(const fs::path& path,
                                   DatabaseBuilder& builder,
                                   const base::Limits& limits,
                                   const LoadOptions& options) {
  Loader loader(builder, limits, options);
  PQ_TRY(loader.load(path));
  return std::move(loader.summary);
}

} // namespace portique::advisory
