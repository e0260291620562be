// What the kernel keeps in an upper folder: Documentation/filesystems/overlayfs.rst. Whiteouts are
// character devices 0/0, or empty files with the attribute overlay.whiteout; overlay.opaque on a
// folder hides its lower content. The attributes are "trusted." or, with the option userxattr,
// "user.". A file with overlay.metacopy has new permissions and the old content, which is not here;
// a folder with overlay.redirect was renamed, and where its lower content is now depends on it.

#include "portique/image/overlay_layer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "portique/base/fd.h"
#include "portique/base/file.h"

namespace portique::image {

using archive::EntryType;
using archive::TarEntry;
using base::Code;
using base::fail;
using base::Fd;
using base::Result;

namespace {

constexpr std::string_view kWhiteoutPrefix = ".wh.";
constexpr std::string_view kOpaqueMark = ".wh..wh..opq";

std::string joined(const std::string& folder, std::string_view name) {
  return folder.empty() ? std::string(name) : folder + "/" + std::string(name);
}

/// A path below the folder, no link followed anywhere on the way.
Fd open_inside(const Fd& root, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC | O_NOFOLLOW;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const char* name = path.empty() ? "." : path.c_str();
  int number = -1;
  do {
    number = static_cast<int>(::syscall(SYS_openat2, root.get(), name, &how, sizeof(how)));
  } while (number < 0 && (errno == EINTR || errno == EAGAIN));
  return Fd(number);
}

/// A descriptor to read from of what `place` (O_PATH) stands for.
Fd reopened(const Fd& place, int flags) {
  const std::string path = "/proc/self/fd/" + std::to_string(place.get());
  return Fd(::open(path.c_str(), flags | O_RDONLY | O_CLOEXEC | O_NOCTTY));
}

/// The attribute's value under either prefix; nothing if there is none.
std::optional<std::string> overlay_attribute(const Fd& file, std::string_view name) {
  for (const std::string_view prefix : {"trusted.overlay.", "user.overlay."}) {
    const std::string full = std::string(prefix) + std::string(name);
    std::array<char, 256> value{};
    const ssize_t size = ::fgetxattr(file.get(), full.c_str(), value.data(), value.size());
    if (size >= 0) return std::string(value.data(), static_cast<std::size_t>(size));
    if (errno == ERANGE) return std::string(value.size(), '?');
  }
  return std::nullopt;
}

std::vector<std::string> names_in(const Fd& folder) {
  struct Close {
    void operator()(DIR* open) const { ::closedir(open); }
  };

  std::vector<std::string> names;
  Fd copy(::fcntl(folder.get(), F_DUPFD_CLOEXEC, 0));
  const std::unique_ptr<DIR, Close> stream(::fdopendir(copy.get()));
  if (stream == nullptr) return names;
  copy.release(); // the stream closes it
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = static_cast<const char*>(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

TarEntry entry_of(const std::string& path, const struct stat& status, EntryType type) {
  return {.path = path,
          .type = type,
          .mode = status.st_mode & 07777U,
          .uid = status.st_uid,
          .gid = status.st_gid,
          .size = type == EntryType::File ? static_cast<std::uint64_t>(status.st_size) : 0,
          .mtime = status.st_mtim.tv_sec};
}

class OverlayWalk {
public:
  OverlayWalk(Fd root,
              const archive::TarWriter::Sink& sink,
              const WantsContent& wants,
              const base::Limits& limits)
      : root_(std::move(root)), writer_(sink), wants_(&wants), limits_(&limits) {}

  Result<std::vector<model::Issue>> run() {
    folders_.emplace_back();
    while (!folders_.empty()) {
      const std::string folder = std::move(folders_.back());
      folders_.pop_back();
      PQ_TRY(visit_folder(folder));
    }
    PQ_TRY(writer_.finish());
    return std::move(issues_);
  }

private:
  Result<void> visit_folder(const std::string& path) {
    const Fd folder = open_inside(root_, path, O_RDONLY | O_DIRECTORY);
    if (!folder.valid()) return unreadable(path, errno);
    if (const auto opaque = overlay_attribute(folder, "opaque"); opaque == "y")
      PQ_TRY(empty_file(joined(path, kOpaqueMark)));
    if (overlay_attribute(folder, "redirect"))
      add_issue(Code::Unsupported,
                "the folder was renamed, and what lower layers have in it was not followed",
                path);
    std::vector<std::string> below;
    for (const std::string& name : names_in(folder)) {
      if (++entries_ > limits_->layer_entries)
        return fail(Code::LimitExceeded,
                    "there are more than " + std::to_string(limits_->layer_entries) + " files");
      const std::string inner = joined(path, name);
      if (inner.size() > limits_->path_bytes)
        add_issue(Code::LimitExceeded, "the path is too long to be read", path);
      else if (name.starts_with(kWhiteoutPrefix))
        // In a layer such a name deletes another file; here it is one that a program gave.
        add_issue(Code::Unsupported, "a file with a name that layers reserve was not read", inner);
      else
        PQ_TRY(visit(inner, below));
    }
    // The last is taken first.
    folders_.insert(folders_.end(), below.rbegin(), below.rend());
    return {};
  }

  Result<void> visit(const std::string& path, std::vector<std::string>& folders) {
    const Fd place = open_inside(root_, path, O_PATH);
    struct stat status{};
    if (!place.valid() || ::fstat(place.get(), &status) != 0) return unreadable(path, errno);
    switch (status.st_mode & S_IFMT) {
    case S_IFDIR:
      folders.push_back(path);
      return member(entry_of(path, status, EntryType::Directory));
    case S_IFLNK:
      return link(path, place, status);
    case S_IFREG:
      return file(path, place, status);
    case S_IFCHR:
      if (status.st_rdev == 0) return whiteout(path);
      return member(entry_of(path, status, EntryType::CharDevice));
    case S_IFBLK:
      return member(entry_of(path, status, EntryType::BlockDevice));
    default: // pipes and sockets
      return member(entry_of(path, status, EntryType::Fifo));
    }
  }

  Result<void> member(const TarEntry& entry) {
    PQ_TRY(writer_.begin(entry));
    return writer_.end();
  }

  Result<void> empty_file(std::string path) {
    return member({.path = std::move(path), .type = EntryType::File, .mode = 0});
  }

  Result<void> whiteout(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
    return empty_file(path.substr(0, name) + std::string(kWhiteoutPrefix) + path.substr(name));
  }

  Result<void> link(const std::string& path, const Fd& place, const struct stat& status) {
    std::string target(limits_->path_bytes, '\0');
    const ssize_t size = ::readlinkat(place.get(), "", target.data(), target.size());
    if (size < 0) return unreadable(path, errno);
    target.resize(static_cast<std::size_t>(size));
    TarEntry entry = entry_of(path, status, EntryType::Symlink);
    entry.link_target = std::move(target);
    return member(entry);
  }

  Result<void> file(const std::string& path, const Fd& place, const struct stat& status) {
    const TarEntry entry = entry_of(path, status, EntryType::File);
    const bool wanted = (*wants_)(path, entry.mode, entry.size);
    // O_NONBLOCK: a lease on the file must not hold us up.
    const Fd content = reopened(place, O_NONBLOCK);
    if (!content.valid()) return unreadable(path, errno);
    if (status.st_size == 0 && overlay_attribute(content, "whiteout")) return whiteout(path);
    if (overlay_attribute(content, "metacopy")) return {}; // lower layers have the content
    if (!wanted) return entry.size == 0 ? member(entry) : writer_.hole(entry);
    PQ_TRY(writer_.begin(entry));
    std::uint64_t left = entry.size;
    while (left > 0) {
      const auto count = base::read_some(content, buffer_);
      if (!count) {
        add_issue(count.error().code(), count.error().text(), path);
        break;
      }
      if (*count == 0) break; // it became shorter meanwhile
      PQ_TRY(writer_.content(base::Bytes(buffer_).first(*count)));
      left -= std::min<std::uint64_t>(left, *count);
    }
    return writer_.end();
  }

  /// What vanished since the folder was listed is no issue.
  Result<void> unreadable(const std::string& path, int error) {
    if (error != ENOENT)
      add_issue(Code::Io, base::fail_errno("cannot read the file", error).error().message(), path);
    return {};
  }

  void add_issue(Code code, std::string message, const std::string& path) {
    issues_.push_back({code, std::move(message), path, model::kNoLayer});
  }

  Fd root_;
  archive::TarWriter writer_;
  const WantsContent* wants_;
  const base::Limits* limits_;
  std::vector<std::string> folders_; ///< still to be visited, the next one last
  std::uint64_t entries_ = 0;
  std::vector<model::Issue> issues_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(64UL * 1024);
};

} // namespace

Result<std::vector<model::Issue>> write_overlay_layer(const std::filesystem::path& folder,
                                                      const archive::TarWriter::Sink& sink,
                                                      const WantsContent& wants,
                                                      const base::Limits& limits) {
  Fd root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.valid()) return base::fail_errno("cannot open the folder " + folder.string(), errno);
  return OverlayWalk(std::move(root), sink, wants, limits).run();
}

} // namespace portique::image
