#include "portique/access/docker/host_path.h"

#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>
#include <system_error>

#include "portique/base/text.h"

namespace portique::access {

namespace {

/// Linux gives up after as many (MAXSYMLINKS).
constexpr int kMostLinks = 40;

constexpr std::array<std::string_view, 11> kSockets{"/run/docker.sock",
                                                    "/run/docker/containerd/containerd.sock",
                                                    "/run/containerd/containerd.sock",
                                                    "/run/podman/podman.sock",
                                                    "/run/crio/crio.sock",
                                                    "/run/cri-dockerd.sock",
                                                    "/run/dockershim.sock",
                                                    "/run/buildkit/buildkitd.sock",
                                                    "/run/k3s/containerd/containerd.sock",
                                                    "/run/portique/docker.sock",
                                                    "/run/docker/plugins/portique.sock"};

/// Folders in which nothing else than engines' sockets and state lies.
constexpr std::array<std::string_view, 6> kSocketFolders{
    "/run/docker", "/run/containerd", "/run/podman", "/run/crio", "/run/buildkit", "/run/portique"};

constexpr std::array<std::string_view, 6> kSocketNames{"docker.sock",
                                                       "containerd.sock",
                                                       "podman.sock",
                                                       "crio.sock",
                                                       "buildkitd.sock",
                                                       "cri-dockerd.sock"};

bool is_below(std::string_view path, std::string_view folder) {
  return folder == "/" || path == folder ||
         (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'));
}

bool is_process(std::string_view name) {
  return name == "self" || name == "thread-self" ||
         (!name.empty() && std::ranges::all_of(name, base::is_digit));
}

/// What a component means inside a process's folder of /proc.
enum class ProcStep : std::uint8_t { Plain, Root, Anything };

ProcStep proc_step(const std::vector<std::string>& done, std::string_view next) {
  if (done.size() < 2 || done[0] != "proc" || !is_process(done[1])) return ProcStep::Plain;
  if (next == "root") return ProcStep::Root;
  if (next == "cwd" || next == "exe" || next == "fd" || next == "map_files")
    return ProcStep::Anything;
  return ProcStep::Plain;
}

class Walk {
public:
  Walk(std::string_view path, HostSight sight) : sight_(sight) { put_before(path); }

  std::string result() {
    while (!ahead_.empty()) {
      const std::string next = std::move(ahead_.front());
      ahead_.pop_front();
      if (next.empty() || next == ".") continue;
      if (next == "..") {
        if (!done_.empty()) done_.pop_back();
        continue;
      }
      step(next);
    }
    std::string out;
    for (const std::string& part : done_)
      out.append("/").append(part);
    return out.empty() ? "/" : out;
  }

private:
  void put_before(std::string_view path) {
    const std::vector<std::string_view> parts = base::split(path, '/');
    ahead_.insert(ahead_.begin(), parts.begin(), parts.end());
  }

  void step(const std::string& next) {
    switch (proc_step(done_, next)) {
    case ProcStep::Root:
      done_.clear();
      return;
    case ProcStep::Anything:
      done_.clear();
      ahead_.clear();
      return;
    case ProcStep::Plain:
      break;
    }
    done_.push_back(next);
    // The process that asks is not the one that "self" will be.
    if (done_.size() == 2 && done_[0] == "proc") return;
    if (done_.size() == 2 && done_[0] == "var" && done_[1] == "run") {
      done_ = {"run"};
      return;
    }
    if (done_.size() == 2 && done_[0] == "dev" && done_[1] == "fd") {
      done_.clear();
      ahead_.clear();
      return;
    }
    if (sight_ == HostSight::Seen && links_ < kMostLinks) follow();
  }

  void follow() {
    std::string here;
    for (const std::string& part : done_)
      here.append("/").append(part);
    std::error_code error;
    const std::filesystem::path link = std::filesystem::read_symlink(here, error);
    if (error) return;
    ++links_;
    if (link.is_absolute())
      done_.clear();
    else
      done_.pop_back();
    put_before(link.native());
  }

  HostSight sight_;
  int links_ = 0;
  std::vector<std::string> done_;
  std::deque<std::string> ahead_;
};

bool is_socket(std::string_view path) {
  std::error_code error;
  return std::filesystem::is_socket(std::filesystem::path(path), error);
}

/// Whether two names are one file: a socket may have been linked or mounted elsewhere.
bool same_file(std::string_view path, std::string_view other) {
  std::error_code error;
  return std::filesystem::equivalent(path, other, error) && !error;
}

} // namespace

std::string resolve_host_path(std::string_view path, HostSight sight) {
  return Walk(path, sight).result();
}

bool reaches_engine_socket(std::string_view path, const std::vector<std::string>& further) {
  const bool socket_itself = is_socket(path);
  const auto reaches = [&](std::string_view socket) {
    return is_below(socket, path) || (socket_itself && same_file(path, socket));
  };
  if (std::ranges::any_of(kSockets, reaches) || std::ranges::any_of(further, reaches)) return true;
  if (std::ranges::any_of(kSocketFolders, [&](auto folder) { return is_below(path, folder); }))
    return true;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (std::ranges::count(kSocketNames, name) > 0) return true;
  // Rootless engines: /run/user/1000/docker.sock and the folders above it.
  if (!is_below(path, "/run/user")) return false;
  const std::size_t depth = base::split(path, '/').size();
  return depth <= 4 || path.ends_with("/podman") || path.ends_with("/docker");
}

} // namespace portique::access
