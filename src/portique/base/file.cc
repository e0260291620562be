#include "portique/base/file.h"

#include <array>
#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace portique::base {

Result<Fd> open_file(const std::filesystem::path& path) {
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return fail_errno("cannot open " + path.string(), errno);
  return file;
}

Result<std::uint64_t> file_size(const Fd& file) {
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail_errno("cannot stat an open file", errno);
  return static_cast<std::uint64_t>(status.st_size);
}

bool is_regular_file(const Fd& file) {
  struct stat status{};
  return ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
}

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit) {
  const Fd file = PQ_TRY(open_file(path));
  std::string content;
  std::array<std::byte, 64 * 1024> chunk{};
  while (true) {
    const std::size_t count = PQ_TRY(at(path.string(), read_some(file, chunk)));
    if (count == 0) return content;
    if (content.size() + count > limit)
      return fail(Code::LimitExceeded,
                  path.string() + " is larger than " + std::to_string(limit) + " bytes");
    content += as_text(std::span(chunk).first(count));
  }
}

Result<std::size_t> read_some(const Fd& file, std::span<std::byte> into) {
  while (true) {
    const ssize_t count = ::read(file.get(), into.data(), into.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return fail_errno("cannot read", errno);
  }
}

Result<void> read_exact_at(const Fd& file, std::uint64_t offset, std::span<std::byte> into) {
  while (!into.empty()) {
    const ssize_t count = ::pread(file.get(), into.data(), into.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("cannot read", errno);
    if (count == 0) return fail(Code::Truncated, "the file ends early");
    into = into.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

Result<void> write_all(const Fd& file, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("cannot write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

namespace {

/// Into what is there and is no regular file: a pipe, /dev/null, /dev/stdout.
Result<void> write_through(const std::filesystem::path& path, std::string_view content) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid()) return fail_errno("cannot open " + path.string(), errno);
  return write_all(file, as_bytes(content));
}

} // namespace

Result<void> write_file_atomically(const std::filesystem::path& named, std::string_view content) {
  std::error_code error;
  const auto there = std::filesystem::status(named, error);
  const bool is_there = std::filesystem::exists(there);
  // A rename would put a regular file in the place of the device.
  if (is_there && !std::filesystem::is_regular_file(there)) return write_through(named, content);
  std::filesystem::path path = is_there ? std::filesystem::canonical(named, error) : named;
  if (error) path = named;
  std::string name = path.string() + ".XXXXXX";
  const Fd file(::mkostemp(name.data(), O_CLOEXEC));
  if (!file.valid()) return fail_errno("cannot write beside " + path.string(), errno);
  auto written = write_all(file, as_bytes(content));
  if (written && ::fchmod(file.get(), 0644) != 0)
    written = fail_errno("cannot set the mode of " + name, errno);
  if (written && ::rename(name.c_str(), path.c_str()) != 0)
    written = fail_errno("cannot replace " + path.string(), errno);
  if (!written) ::unlink(name.c_str());
  return written;
}

Result<TempDir> TempDir::create(std::string_view prefix) {
  std::error_code error;
  std::string name =
      (std::filesystem::temp_directory_path(error) / (std::string(prefix) + ".XXXXXX")).string();
  if (error || ::mkdtemp(name.data()) == nullptr)
    return fail_errno("cannot make a temporary folder", errno);
  return TempDir(name);
}

TempDir::~TempDir() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

} // namespace portique::base
