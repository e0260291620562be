#include "portique/advisory/download.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/base/digest.h"
#include "portique/base/fd.h"
#include "portique/base/file.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace {

/// A file that is being written; gone again unless it is kept.
class PartialFile {
public:
  static base::Result<PartialFile> create(const std::filesystem::path& target) {
    std::error_code error;
    std::filesystem::create_directories(target.parent_path(), error);
    std::string name = target.string() + ".XXXXXX";
    base::Fd file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file.valid()) return base::fail_errno("cannot write beside " + target.string(), errno);
    return PartialFile(std::move(file), std::move(name));
  }

  ~PartialFile() {
    if (!name_.empty()) ::unlink(name_.c_str());
  }

  PartialFile(PartialFile&& other) noexcept
      : file_(std::move(other.file_)), name_(std::exchange(other.name_, {})),
        hasher_(std::move(other.hasher_)) {}

  PartialFile& operator=(PartialFile&&) = delete;
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  base::Result<void> write(base::Bytes bytes) {
    hasher_.update(bytes);
    return base::write_all(file_, bytes);
  }

  base::Result<void> restart() {
    hasher_ = base::Hasher();
    if (::ftruncate(file_.get(), 0) != 0 || ::lseek(file_.get(), 0, SEEK_SET) != 0)
      return base::fail_errno("cannot start " + name_ + " again", errno);
    return {};
  }

  base::Digest digest() { return hasher_.finish(); }

  base::Result<void> keep_as(const std::filesystem::path& target) {
    if (::fchmod(file_.get(), 0644) != 0 || ::rename(name_.c_str(), target.c_str()) != 0)
      return base::fail_errno("cannot replace " + target.string(), errno);
    name_.clear();
    return {};
  }

private:
  PartialFile(base::Fd file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}

  base::Fd file_;
  std::string name_;
  base::Hasher hasher_;
};

} // namespace

base::Result<Downloaded>
download(base::HttpClient& http, const Download& wanted, const Progress& progress) {
  PartialFile partial = PQ_TRY(PartialFile::create(wanted.file));
  base::HttpRequest request;
  request.url = wanted.url;
  request.limit = wanted.limit;
  request.etag = wanted.etag;
  request.last_modified = wanted.last_modified;
  request.sink = [&](base::Bytes bytes) { return partial.write(bytes); };
  request.restart = [&] { return partial.restart(); };
  if (progress)
    request.progress = [&](std::uint64_t done, std::uint64_t total) {
      progress(wanted.url, done, total);
    };
  const base::HttpResponse response = PQ_TRY(http.get(request));
  if (response.status == 304) return Downloaded{false, wanted.etag, wanted.last_modified};
  if (!wanted.sha256.empty() && partial.digest().hex() != wanted.sha256)
    return base::fail(base::Code::DigestMismatch,
                      wanted.url + " is not what its index says (SHA-256 differs)");
  PQ_TRY(partial.keep_as(wanted.file));
  return Downloaded{true, response.etag, response.last_modified};
}

std::string url_below(std::string_view base_url, std::string_view path) {
  static constexpr std::string_view kPlain = "-._~/+:@!$,;=";
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  while (base_url.ends_with('/'))
    base_url.remove_suffix(1);
  std::string url(base_url);
  url += '/';
  for (const char c : path) {
    if (base::is_alnum(c) || kPlain.find(c) != std::string_view::npos) {
      url += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      url += '%';
      url += kHex[byte >> 4U];
      url += kHex[byte & 15U];
    }
  }
  return url;
}

} // namespace portique::advisory
