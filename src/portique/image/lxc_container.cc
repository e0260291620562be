#include "portique/image/lxc_container.h"

#include <array>
#include <cstdlib>

#include <unistd.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"

namespace portique::image {

namespace fs = std::filesystem;
using base::Code;
using base::fail;

namespace {

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

std::string home() {
  const char* value = std::getenv("HOME");
  return value == nullptr ? std::string() : std::string(value);
}

/// The root file system of a running container, asked of LXC's own program: storage that is no
/// folder is mounted while it runs.
base::Result<fs::path> running_root(const std::string& name, const fs::path& folder) {
  const auto told =
      PQ_TRY(base::run_program({"lxc-info", "-P", folder.string(), "-n", name, "-p", "-H"}));
  const auto pid = base::parse_int<int>(base::trim(told.out));
  if (told.exit_status != 0 || !pid || *pid <= 0) return fail(Code::NotFound, "it does not run");
  return fs::path("/proc/" + std::to_string(*pid) + "/root");
}

bool is_container_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && !name.contains('/') &&
         !name.starts_with('-') && name.size() < 256;
}

} // namespace

std::string lxc_setting(std::string_view config, std::string_view key) {
  std::string value;
  while (!config.empty()) {
    std::string_view line = base::trim(base::take_until(config, '\n'));
    if (line.starts_with('#') || !line.starts_with(key)) continue;
    line = base::trim(line.substr(key.size()));
    if (!line.starts_with('=')) continue; // another key that begins alike
    value = base::trim(line.substr(1));
  }
  return value;
}

fs::path lxc_folder(const base::Limits& limits) {
  const bool is_root = ::geteuid() == 0;
  const fs::path settings =
      is_root ? fs::path("/etc/lxc/lxc.conf") : fs::path(home()) / ".config/lxc/lxc.conf";
  if (const auto config = base::read_file(settings, limits.small_text_bytes))
    if (std::string folder = lxc_setting(*config, "lxc.lxcpath"); folder.starts_with('/'))
      return folder;
  return is_root ? fs::path("/var/lib/lxc") : fs::path(home()) / ".local/share/lxc";
}

base::Result<LxcContainer> parse_lxc_rootfs(std::string_view path) {
  if (path.starts_with('/')) return LxcContainer{{}, path, {}};
  const std::string_view kind = base::take_until(path, ':');
  LxcContainer container;
  if (kind == "dir" || kind == "btrfs") {
    container.rootfs = path;
  } else if (kind == "overlay" || kind == "overlayfs") {
    const std::size_t colon = path.rfind(':');
    if (colon == std::string_view::npos)
      return fail(Code::Malformed, "lxc.rootfs.path names no upper folder");
    container.rootfs = path.substr(0, colon);
    container.upper = path.substr(colon + 1);
    if (path.substr(0, colon).contains(':'))
      return fail(Code::Unsupported, "several lower folders in lxc.rootfs.path are not read");
  } else {
    return fail(Code::Unsupported,
                "its storage is '" + base::printable(kind) + "', which is no folder");
  }
  if (!container.rootfs.is_absolute() ||
      (!container.upper.empty() && !container.upper.is_absolute()))
    return fail(Code::Malformed, "lxc.rootfs.path is no absolute path");
  return container;
}

base::Result<LxcContainer>
find_lxc_container(std::string_view name, const fs::path& folder, const base::Limits& limits) {
  fs::path place = folder / name;
  if (name.starts_with('/')) {
    place = fs::path(name).lexically_normal();
    if (!place.has_filename()) place = place.parent_path();
  } else if (!is_container_name(name)) {
    return fail(Code::InvalidArgument,
                "'" + base::printable(name) + "' is no name of an LXC container");
  }
  const std::string own_name = place.filename().string();
  const std::string title = "the LXC container '" + base::printable(own_name) + "'";
  auto config = base::read_file(place / "config", limits.small_text_bytes);
  if (!config && config.error().code() == Code::NotFound)
    return fail(Code::NotFound,
                "there is no LXC container '" + base::printable(own_name) + "' in " +
                    base::printable(place.parent_path().string()));
  if (!config) return std::unexpected(std::move(config).error());
  std::string setting = lxc_setting(*config, "lxc.rootfs.path");
  if (setting.empty()) setting = lxc_setting(*config, "lxc.rootfs"); // before LXC 2.1
  if (setting.empty())
    return fail(Code::Malformed, title + " has no lxc.rootfs.path in its configuration");
  auto container = base::at(title, parse_lxc_rootfs(setting));
  if (!container || !is_folder(container->rootfs)) {
    const auto running = running_root(own_name, place.parent_path());
    if (running) return LxcContainer{own_name, *running, {}};
    if (!container) return container;
    return fail(Code::NotFound,
                title + " has its root file system at " +
                    base::printable(container->rootfs.string()) + ", where there is no folder");
  }
  container->name = own_name;
  return container;
}

} // namespace portique::image
