#include "portique/image/folder_walk.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "portique/image/open_below.h"

namespace portique::image {

using base::Code;
using base::fail;

namespace {

struct Entry {
  std::string name;
  bool maybe_folder = false;
};

/// Names in an open folder, sorted; links, devices and pipes are left out where the file system
/// tells them apart.
base::Result<std::vector<Entry>> list(const base::Fd& folder) {
  const int copy = ::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return base::fail_errno("cannot list the folder", errno);

  struct Close {
    void operator()(DIR* open) const { ::closedir(open); }
  };

  const std::unique_ptr<DIR, Close> stream(::fdopendir(copy));
  if (stream == nullptr) return base::fail_errno("cannot list the folder", errno);
  std::vector<Entry> entries;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = static_cast<const char*>(entry->d_name);
    if (name == "." || name == "..") continue;
    if (entry->d_type != DT_DIR && entry->d_type != DT_REG && entry->d_type != DT_UNKNOWN) continue;
    entries.push_back({std::string(name), entry->d_type != DT_REG});
  }
  std::ranges::sort(entries, {}, &Entry::name);
  return entries;
}

/// Folders between the root and where the walk is, each with what is left to visit in it.
struct Level {
  base::Fd folder;
  std::string path; ///< with a slash behind it, "" for the root
  std::vector<Entry> entries;
  std::size_t next = 0;
};

class FolderWalk {
public:
  FolderWalk(const WalkOptions& options,
             const base::Limits& limits,
             const std::function<base::Result<void>(const WalkedFile&)>& on_file,
             const std::function<void(std::string_view, const base::Error&)>& on_unreadable)
      : options_(&options), limits_(&limits), on_file_(&on_file), on_unreadable_(&on_unreadable) {}

  base::Result<void> run(base::Fd root) {
    struct stat status{};
    if (::fstat(root.get(), &status) != 0)
      return base::fail_errno("cannot look at the folder", errno);
    device_ = status.st_dev;
    enter(std::move(root), {});
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.next == level.entries.size()) {
        levels_.pop_back();
        continue;
      }
      if (++seen_ > limits_->layer_entries)
        return fail(Code::LimitExceeded,
                    "there are more than " + std::to_string(limits_->layer_entries) + " files");
      const Entry entry = std::move(level.entries[level.next++]);
      PQ_TRY(visit(level, entry));
    }
    return {};
  }

private:
  void enter(base::Fd folder, std::string path) {
    auto entries = list(folder);
    if (!entries) {
      (*on_unreadable_)(path, entries.error());
      return;
    }
    levels_.push_back({std::move(folder), std::move(path), std::move(*entries)});
  }

  base::Result<void> visit(const Level& level, const Entry& entry) {
    const std::string path = level.path + entry.name;
    if (path.size() > limits_->path_bytes) {
      (*on_unreadable_)(level.path,
                        base::Error(Code::LimitExceeded,
                                    "a path below is longer than " +
                                        std::to_string(limits_->path_bytes) + " bytes"));
      return {};
    }
    struct stat status{};
    if (::fstatat(level.folder.get(), entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
      return {}; // it is gone
    const bool is_folder = S_ISDIR(status.st_mode);
    if (!is_folder && !S_ISREG(status.st_mode)) return {};
    if (options_->passes_over && options_->passes_over(path, is_folder)) return {};
    if (!is_folder)
      return (*on_file_)({path,
                          status.st_mode & 07777U,
                          status.st_uid,
                          status.st_gid,
                          static_cast<std::uint64_t>(status.st_size),
                          &level.folder,
                          entry.name});
    if (options_->one_file_system && status.st_dev != device_) return {};
    const int folder = ::openat(
        level.folder.get(), entry.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) {
      if (errno != ENOENT)
        (*on_unreadable_)(path, base::fail_errno("cannot open the folder", errno).error());
      return {};
    }
    enter(base::Fd(folder), path + "/");
    return {};
  }

  const WalkOptions* options_;
  const base::Limits* limits_;
  const std::function<base::Result<void>(const WalkedFile&)>* on_file_;
  const std::function<void(std::string_view, const base::Error&)>* on_unreadable_;
  std::vector<Level> levels_;
  dev_t device_ = 0;
  std::uint64_t seen_ = 0;
};

} // namespace

base::Result<base::Fd> WalkedFile::open() const {
  // A pipe that took the file's place must not block; it is refused below.
  base::Fd file(
      ::openat(folder->get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) {
    if (errno == ENOENT || errno == ELOOP) return base::Fd{};
    return base::fail_errno("cannot open the file", errno);
  }
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return base::Fd{};
  return file;
}

base::Result<void>
walk_folder(const std::filesystem::path& root,
            const WalkOptions& options,
            const base::Limits& limits,
            const std::function<base::Result<void>(const WalkedFile&)>& on_file,
            const std::function<void(std::string_view path, const base::Error&)>& on_unreadable) {
  base::Fd folder = PQ_TRY(open_folder(root.string()));
  return FolderWalk(options, limits, on_file, on_unreadable).run(std::move(folder));
}

} // namespace portique::image
