#include "portique/image/open_below.h"

#include <cerrno>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace portique::image {

base::Result<base::Fd> open_below(const base::Fd& folder, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const std::string name = path.empty() ? "." : path;
  while (true) {
    base::Fd file(
        static_cast<int>(::syscall(SYS_openat2, folder.get(), name.c_str(), &how, sizeof(how))));
    if (file.valid()) return file;
    if (errno == EINTR || errno == EAGAIN) continue;
    // A loop of links leads nowhere, and neither does a link to a device without driver.
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == ENXIO || errno == ENODEV)
      return base::Fd();
    return base::fail_errno("cannot open " + path, errno);
  }
}

base::Result<base::Fd> open_folder(const std::string& path) {
  base::Fd folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return base::fail_errno("cannot open the folder " + path, errno);
  return folder;
}

} // namespace portique::image
