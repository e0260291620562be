#include "portique/image/rootfs.h"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "portique/base/text.h"
#include "portique/image/open_below.h"

namespace portique::image {

namespace {

/// Names in a folder, sorted; none if it is no folder.
base::Result<std::vector<std::string>> names_in(const base::Fd& root, const std::string& path) {
  std::vector<std::string> names;
  base::Fd folder = PQ_TRY(open_below(root, path, O_RDONLY | O_DIRECTORY));
  if (!folder.valid()) return names;

  struct Close {
    void operator()(DIR* open) const { ::closedir(open); }
  };

  const std::unique_ptr<DIR, Close> stream(::fdopendir(folder.get()));
  if (stream == nullptr) return base::fail_errno("cannot list " + path, errno);
  folder.release(); // the stream closes it
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = static_cast<const char*>(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

} // namespace

base::Result<Rootfs> Rootfs::open(const std::filesystem::path& folder) {
  return Rootfs(PQ_TRY(open_folder(folder.string())));
}

base::Result<std::vector<RootfsFile>> Rootfs::find(std::string_view location) const {
  std::vector<std::string> paths{{}};
  while (!location.empty()) {
    const std::size_t slash = location.find('/');
    const std::string_view component = location.substr(0, slash);
    location = slash == std::string_view::npos ? std::string_view{} : location.substr(slash + 1);
    std::vector<std::string> longer;
    for (const std::string& path : paths) {
      const std::string prefix = path.empty() ? std::string{} : path + "/";
      if (!component.contains('*')) {
        longer.push_back(prefix + std::string(component));
        continue;
      }
      for (const std::string& name : PQ_TRY(names_in(folder_, path)))
        if (base::fits_star(component, name)) longer.push_back(prefix + name);
    }
    paths = std::move(longer);
  }
  std::vector<RootfsFile> files;
  for (std::string& path : paths) {
    base::Fd file = PQ_TRY(open_below(folder_, path, O_RDONLY));
    struct stat status{};
    if (!file.valid() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    files.push_back({std::move(path),
                     std::move(file),
                     static_cast<std::uint64_t>(status.st_size),
                     status.st_dev,
                     status.st_ino});
  }
  return files;
}

} // namespace portique::image
