#include "portique/access/roles/own_file.h"

#include <cerrno>
#include <span>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/base/fd.h"
#include "portique/base/file.h"

namespace portique::access {

bool is_ours(const struct stat& found) {
  const bool owner = found.st_uid == 0 || found.st_uid == ::geteuid();
  return owner && (found.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

base::Result<std::optional<std::string>> read_own_file(const std::filesystem::path& file,
                                                       std::uint64_t limit) {
  const base::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd.valid()) {
    if (errno == ENOENT) return std::nullopt;
    return base::fail_errno("cannot open it", errno);
  }
  struct stat found{};
  if (::fstat(fd.get(), &found) != 0) return base::fail_errno("cannot look at it", errno);
  if (!S_ISREG(found.st_mode) || !is_ours(found))
    return base::fail(base::Code::InvalidArgument, "others than root can write it");
  if (static_cast<std::uint64_t>(found.st_size) > limit)
    return base::fail(base::Code::LimitExceeded, "it is too large");
  std::string text(static_cast<std::size_t>(found.st_size), '\0');
  PQ_TRY(base::read_exact_at(fd, 0, std::as_writable_bytes(std::span(text))));
  return text;
}

} // namespace portique::access
