#include "portique/access/docker/mount_facts.h"

// The engine's local volume driver hands "type", "o" and "device" to mount(2): with it a volume is
// a bind mount, a disk, or an overlay of the host's folders.
// https://docs.docker.com/reference/cli/docker/volume/create/#driver-specific-options---opt

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "portique/access/docker/go_json.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace json = boost::json;
using base::Result;

namespace {

bool has_flag(std::string_view list, std::string_view flag) {
  return std::ranges::any_of(base::split(list, ','),
                             [&](auto part) { return base::trim(part) == flag; });
}

/// Kernel file systems that show the host, and where they usually are.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kKernelTrees{
    {{"proc", "/proc"},
     {"sysfs", "/sys"},
     {"devtmpfs", "/dev"},
     {"devpts", "/dev/pts"},
     {"mqueue", "/dev/mqueue"},
     {"debugfs", "/sys/kernel/debug"},
     {"tracefs", "/sys/kernel/tracing"},
     {"securityfs", "/sys/kernel/security"},
     {"cgroup", "/sys/fs/cgroup"},
     {"cgroup2", "/sys/fs/cgroup"}}};

/// File systems that come over the network: their "device" is an address, "//host/share" among
/// them.
constexpr std::array<std::string_view, 6> kShares{
    "nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs"};

/// File systems whose "device" the kernel does not look at: they are new and empty, or lay over
/// each other what their options name.
constexpr std::array<std::string_view, 3> kDeviceless{"tmpfs", "ramfs", "overlay"};

/// File systems of disks: the "device" is a file, whether or not it begins with a slash.
constexpr std::array<std::string_view, 14> kOnDisks{"ext2",
                                                    "ext3",
                                                    "ext4",
                                                    "xfs",
                                                    "btrfs",
                                                    "f2fs",
                                                    "vfat",
                                                    "exfat",
                                                    "ntfs",
                                                    "ntfs3",
                                                    "iso9660",
                                                    "squashfs",
                                                    "erofs",
                                                    "udf"};

/// Options whose value is a file or a folder of the host, even if it has no slash.
constexpr std::array<std::string_view, 6> kPathOptions{
    "upperdir", "workdir", "device", "logdev", "rtdev", "journal_path"};
/// The same with a sign behind: "lowerdir+".
constexpr std::array<std::string_view, 2> kLayerOptions{"lowerdir", "datadir"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

void add(std::vector<std::string>& list, std::string text) {
  if (std::ranges::count(list, text) == 0) list.push_back(std::move(text));
}

bool binds_host(std::string_view type, std::string_view flags) {
  return has_flag(flags, "bind") || has_flag(flags, "rbind") || type == "bind";
}

/// "nfs:192.0.2.1:/srv", "cifs://files/team".
std::string share_text(std::string_view type, std::string_view flags, std::string_view device) {
  std::string text = std::string(type) + ":";
  if (device.starts_with(':'))
    for (const std::string_view part : base::split(flags, ','))
      if (base::trim(part).starts_with("addr=")) text += base::trim(part).substr(5);
  return text.append(device);
}

/// podman makes one text of the members of a mount and reads that anew: a comma in one of them
/// begins another option, the folder of the host that is to be mounted among them.
Result<void> refuse_further_options(const json::object& mount) {
  for (const std::string_view member : {"Type", "Source", "Target"})
    if (base::json_string(&mount, member).find_first_of(",\"\r\n") != std::string_view::npos)
      return base::fail(base::Code::Malformed,
                        "a mount's " + base::to_lower(member) +
                            " holds a comma, a quote or a line break, which some engines take "
                            "for the end of it");
  return {};
}

} // namespace

bool is_network_share(std::string_view type, std::string_view flags, std::string_view device) {
  if (!is_one_of(type, kShares) || binds_host(type, flags)) return false;
  // What looks like a path of the host is judged as one.
  return !device.starts_with('/') || device.starts_with("//");
}

void MountReader::host_path(std::string_view path, bool writable) {
  std::string resolved = resolve_host_path(path, options_->host);
  if (reaches_engine_socket(resolved, options_->engine_sockets)) facts_->engine_socket = true;
  if (writable) add(facts_->writable_host_paths, resolved);
  add(facts_->host_paths, std::move(resolved));
}

/// Files and folders of the host that options name: the folders that an overlay lays over one
/// another, further disks of a file system. https://docs.kernel.org/filesystems/overlayfs.html
void MountReader::named_in_options(std::string_view flags, bool writable) {
  // With these the kernel and mount(8) see other ends of options than commas: what stands behind
  // could be a part of any path.
  if (flags.find_first_of("\\\"'") != std::string_view::npos) host_path("/", writable);
  for (const std::string_view part : base::split(flags, ',')) {
    const std::size_t equals = part.find('=');
    const std::string_view key = base::trim(part.substr(0, equals));
    // mount(8), which podman calls, does to the host what these say.
    if (base::to_lower(key).starts_with("x-mount")) host_path("/", writable);
    if (equals == std::string_view::npos) continue;
    const std::string_view value = part.substr(equals + 1);
    const bool names_path =
        value.find('/') != std::string_view::npos || is_one_of(key, kPathOptions) ||
        std::ranges::any_of(kLayerOptions, [&](auto begin) { return key.starts_with(begin); });
    if (!names_path) continue;
    for (const std::string_view path : base::split(value, ':'))
      if (!path.empty()) host_path(path, writable);
  }
}

/// What mount(8), which podman calls, does on the host for a share: passwords hold any character,
/// so that only these options are looked at.
void MountReader::host_side_of_share(std::string_view flags, bool writable) {
  for (const std::string_view part : base::split(flags, ',')) {
    const std::size_t equals = part.find('=');
    const std::string key = base::to_lower(base::trim(part.substr(0, equals)));
    if (key.starts_with("x-mount")) host_path("/", writable);
    if (key.starts_with("cred") && equals != std::string_view::npos)
      host_path(part.substr(equals + 1), false);
  }
}

void MountReader::local_option(std::string_view type,
                               std::string_view flags,
                               std::string_view device,
                               bool writable) {
  if (is_network_share(type, flags, device)) {
    host_side_of_share(flags, writable);
    return add(facts_->network_shares, share_text(type, flags, device));
  }
  bool known = type.empty() || type == "none" || type == "bind" || is_one_of(type, kShares) ||
               is_one_of(type, kDeviceless) || is_one_of(type, kOnDisks);
  for (const auto& [name, path] : kKernelTrees) {
    if (type != name) continue;
    host_path(path, writable);
    known = true;
  }
  // Another one of the kernel's (configfs, bpf, 9p through a socket, ...): it may show anything.
  if (!known) host_path("/", writable);
  named_in_options(flags, writable);
  const bool binds = binds_host(type, flags);
  if (is_one_of(type, kDeviceless) && !binds) return;
  // Relative to the engine's own folder, which is the root; or a disk by its name, as mount(8)
  // finds it ("UUID=..."), also without a type.
  const bool on_disk = (is_one_of(type, kOnDisks) || type.empty()) && !binds;
  if (device.starts_with('/') || ((binds || on_disk) && !device.empty())) {
    host_path(device, writable);
    const std::string resolved = resolve_host_path(device, options_->host);
    if (!binds && resolved.starts_with("/dev/")) add(facts_->devices, resolved);
  }
}

void MountReader::volume_options(std::string_view driver,
                                 const json::object& options,
                                 bool writable) {
  const bool local = driver.empty() || driver == "local";
  const std::string_view flags = base::json_string(&options, "o");
  const bool read_only = has_flag(flags, "ro");
  if (local) {
    local_option(base::json_string(&options, "type"),
                 flags,
                 base::json_string(&options, "device"),
                 writable && !read_only);
    return;
  }
  // What another driver makes of its options is not known: what looks like a path may be mounted.
  for (const auto& option : options)
    if (json_text(option.value()).starts_with('/')) host_path(json_text(option.value()), writable);
}

Result<void> MountReader::named_volume(std::string_view name, bool writable) {
  if (name.empty()) return {};
  add(facts_->volumes, std::string(name));
  const auto volume = PQ_TRY(view_->volume(name));
  if (!volume) return {};
  json::object options;
  for (const auto& [key, value] : volume->options)
    options[key] = value;
  volume_options(volume->driver, options, writable);
  return {};
}

Result<void> MountReader::bind(std::string_view text) {
  const std::vector<std::string_view> parts = base::split(text, ':');
  if (parts.size() < 2) return {}; // a place in the container alone: an anonymous volume
  const std::string_view flags = parts.size() < 3 ? std::string_view() : parts[2];
  // podman's U gives the folder to the container's user.
  const bool writable = !has_flag(flags, "ro") || has_flag(flags, "U");
  named_in_options(flags, true); // podman's O has any folder of the host written to
  // It becomes an option of an overlay then, as it is.
  if (has_flag(flags, "O") && parts[0].find_first_of(",\\\"'") != std::string_view::npos)
    host_path("/", true);
  // Docker takes only absolute paths; what it would refuse is judged as a path too. podman takes
  // what begins with a point.
  if (parts[0].find('/') == std::string_view::npos && !parts[0].starts_with('.'))
    return named_volume(parts[0], writable);
  host_path(parts[0], writable);
  return {};
}

Result<void> MountReader::mount(const json::object& mount) {
  const std::string type = base::to_lower(base::json_string(&mount, "Type"));
  const std::string_view source = base::json_string(&mount, "Source");
  PQ_TRY(refuse_further_options(mount));
  const auto* read_only = mount.if_contains("ReadOnly");
  const bool writable = read_only == nullptr || !read_only->is_bool() || !read_only->get_bool();
  if (type == "image") {
    add(facts_->images, std::string(source));
    return {};
  }
  if (type == "tmpfs") return {};
  if (type != "volume" && type != "cluster") {
    // Bind mounts, and what the engine would refuse.
    if (!source.empty()) host_path(source, writable);
    return {};
  }
  const json::object& volume = base::json_fields(&mount, "VolumeOptions");
  const json::object& driver = base::json_fields(&volume, "DriverConfig");
  volume_options(
      base::json_string(&driver, "Name"), base::json_fields(&driver, "Options"), writable);
  if (source.find('/') != std::string_view::npos) host_path(source, writable);
  return named_volume(source, writable);
}

Result<void> MountReader::volumes_from(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const bool writable = colon == std::string_view::npos || !has_flag(text.substr(colon + 1), "ro");
  add(facts_->joined_containers, std::string(name));
  const auto container = PQ_TRY(view_->container(name));
  if (!container) return {};
  for (const std::string& source : container->bind_sources)
    host_path(source, writable);
  for (const std::string& volume : container->volumes)
    PQ_TRY(named_volume(volume, writable));
  return {};
}

} // namespace portique::access
