// https://man7.org/linux/man-pages/man7/inotify.7.html
// Folders are watched rather than files: a file that is replaced by rename takes its watch along.

#include "portique/access/policy_source/change_watch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace portique::access {

namespace fs = std::filesystem;

namespace {

/// As many as the kernel follows in one path.
constexpr int kLinks = 40;
/// An editor writes, renames and changes rights in one go; so long nothing may happen before the
/// file is read ...
constexpr std::chrono::milliseconds kQuiet{50};
/// ... but a folder in which something always happens must not put it off for ever.
constexpr int kQuietRounds = 20;
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |
                                  IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

void add_once(std::vector<fs::path>& folders, const fs::path& folder) {
  if (std::ranges::find(folders, folder) == folders.end()) folders.push_back(folder);
}

/// Takes what lies ready off a descriptor.
void drain(int descriptor) {
  alignas(std::uint64_t) std::array<char, 4096> buffer{};
  while (::read(descriptor, buffer.data(), buffer.size()) > 0) {
  }
}

} // namespace

std::vector<fs::path> folders_on_the_way(const fs::path& path) {
  std::vector<fs::path> folders;
  std::error_code error;
  fs::path rest = fs::absolute(path, error).lexically_normal();
  for (int links = 0; links < kLinks; ++links) {
    fs::path so_far = "/";
    fs::path next;
    for (auto part = rest.begin(); part != rest.end(); ++part) {
      if (part->empty() || *part == "/") continue;
      const fs::path here = so_far / *part;
      const fs::file_status status = fs::symlink_status(here, error);
      if (status.type() == fs::file_type::symlink) {
        add_once(folders, so_far);
        const fs::path target = fs::read_symlink(here, error);
        next = target.is_absolute() ? target : so_far / target;
        for (++part; part != rest.end(); ++part)
          next /= *part;
        break;
      }
      if (!fs::exists(status) || std::next(part) == rest.end()) {
        add_once(folders, so_far);
        return folders;
      }
      so_far = here;
    }
    if (next.empty()) break;
    rest = next.lexically_normal();
  }
  return folders;
}

base::Result<ChangeWatch> ChangeWatch::open() {
  base::Fd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify.valid()) return base::fail_errno("cannot watch files", errno);
  base::Fd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event.valid()) return base::fail_errno("cannot make an event descriptor", errno);
  return ChangeWatch(std::move(inotify), std::move(event));
}

void ChangeWatch::set_paths(const std::vector<fs::path>& paths) {
  std::vector<fs::path> folders;
  for (const fs::path& path : paths)
    for (const fs::path& folder : folders_on_the_way(path))
      add_once(folders, folder);
  std::vector<int> watches;
  for (const fs::path& folder : folders)
    // A watch that cannot be had costs freshness only: the origin is polled, too.
    if (const int watch = ::inotify_add_watch(inotify_.get(), folder.c_str(), kEvents); watch >= 0)
      watches.push_back(watch);
  for (const int old : watches_)
    if (std::ranges::find(watches, old) == watches.end()) ::inotify_rm_watch(inotify_.get(), old);
  watches_ = std::move(watches);
}

void ChangeWatch::wait(std::chrono::milliseconds longest) {
  std::array<pollfd, 2> ready{{{inotify_.get(), POLLIN, 0}, {event_.get(), POLLIN, 0}}};
  const auto deadline = std::chrono::steady_clock::now() + longest;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    const int got = ::poll(ready.data(),
                           ready.size(),
                           static_cast<int>(std::min<std::int64_t>(left.count(), 3'600'000)));
    if (got < 0 && errno == EINTR) continue;
    break;
  }
  if (ready[1].revents != 0) {
    drain(event_.get());
    return;
  }
  for (int round = 0; round < kQuietRounds; ++round) {
    drain(inotify_.get());
    pollfd more{inotify_.get(), POLLIN, 0};
    if (::poll(&more, 1, static_cast<int>(kQuiet.count())) <= 0) return;
  }
}

void ChangeWatch::wake() const {
  const std::uint64_t one = 1;
  // Full means that it is awake already.
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
}

} // namespace portique::access
