// Bundles: OCI runtime-spec, bundle.md and config.md ("root"). State files are the runtimes' own:
// runc's STATE/ID/state.json (libcontainer's State) and crun's STATE/ID/status.

#include "portique/image/oci_bundle.h"

#include <cstdlib>

#include <unistd.h>

#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::image {

namespace fs = std::filesystem;
namespace json = boost::json;
using base::Code;
using base::fail;

namespace {

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

/// Whether the folder shows anything: one that is mounted elsewhere only is empty here.
bool has_content(const fs::path& folder) {
  std::error_code error;
  return fs::is_directory(folder, error) && !fs::is_empty(folder, error) && !error;
}

/// When a process began, in clock ticks since boot (proc_pid_stat(5), field 22); 0 if it is gone.
std::uint64_t start_of(int pid) {
  const auto stat = base::read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
  if (!stat) return 0;
  // The second field is the program's name, which may hold anything.
  const std::size_t name_end = stat->rfind(')');
  if (name_end == std::string::npos || name_end + 2 > stat->size()) return 0;
  const auto fields = base::split(std::string_view(*stat).substr(name_end + 2), ' ');
  constexpr std::size_t kStartTime = 19; // counted from the third
  if (fields.size() <= kStartTime) return 0;
  return base::parse_int<std::uint64_t>(fields[kStartTime]).value_or(0);
}

/// The root file system as the running container sees it; "" if it does not run any more. A process
/// number may have gone to another process meanwhile, which began later.
fs::path running_root(const RuntimeState& state) {
  if (state.pid <= 0) return {};
  const std::uint64_t started = start_of(state.pid);
  if (started == 0 || (state.started != 0 && started != state.started)) return {};
  return "/proc/" + std::to_string(state.pid) + "/root";
}

base::Result<OciBundle> read_bundle(const fs::path& folder, const base::Limits& limits) {
  const fs::path config = folder / "config.json";
  const std::string root = PQ_TRY(base::at(
      config.string(), parse_bundle_root(PQ_TRY(base::read_file(config, limits.config_bytes)))));
  return OciBundle{{}, folder, (folder / root).lexically_normal()};
}

/// An id becomes part of a path.
bool is_container_id(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_+-.") == std::string_view::npos;
}

/// The state file of a container; "" if no runtime knows it.
fs::path state_file_of(std::string_view id, const std::vector<fs::path>& state_folders) {
  for (const fs::path& folder : state_folders)
    for (const char* name : {"state.json", "status"})
      if (fs::path file = folder / id / name; is_there(file)) return file;
  return {};
}

} // namespace

std::vector<fs::path> runtime_state_folders() {
  std::vector<fs::path> folders{"/run/runc", "/run/crun", "/run/docker/runtime-runc/moby"};
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime == '/' && ::geteuid() != 0) {
    folders.insert(folders.begin(), fs::path(runtime) / "crun");
    folders.insert(folders.begin(), fs::path(runtime) / "runc");
  }
  // containerd has one folder a name space.
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/run/containerd/runc", error))
    folders.push_back(entry.path());
  return folders;
}

base::Result<RuntimeState> parse_runtime_state(std::string_view text) {
  const json::value value = PQ_TRY(base::parse_json(text));
  const json::object* object = base::json_object(&value);
  if (object == nullptr) return fail(Code::Malformed, "not a JSON object");
  const json::object& config = base::json_fields(object, "config");
  RuntimeState state;
  state.rootfs = base::json_string(&config, "rootfs"); // runc
  if (state.rootfs.empty()) state.rootfs = base::json_string(object, "rootfs");
  state.bundle = base::json_string(object, "bundle"); // crun
  constexpr std::string_view kBundle = "bundle=";
  for (const json::value& label : base::json_items(&config, "labels"))
    if (label.is_string() && std::string_view(label.get_string()).starts_with(kBundle))
      state.bundle = std::string_view(label.get_string()).substr(kBundle.size());
  for (const char* name : {"init_process_pid", "pid"})
    if (const auto pid = base::json_integer(object, name); pid && *pid > 0 && *pid < 1 << 30)
      state.pid = static_cast<int>(*pid);
  for (const char* name : {"init_process_start", "process-start-time"})
    if (const auto started = base::json_integer(object, name); started && *started > 0)
      state.started = static_cast<std::uint64_t>(*started);
  return state;
}

base::Result<std::string> parse_bundle_root(std::string_view text) {
  const json::value value = PQ_TRY(base::parse_json(text));
  std::string root(
      base::json_string(&base::json_fields(base::json_object(&value), "root"), "path"));
  if (root.empty()) return fail(Code::Malformed, "it names no root.path, so it is no bundle");
  return root;
}

base::Result<OciBundle> find_oci_bundle(std::string_view name,
                                        const std::vector<fs::path>& state_folders,
                                        const base::Limits& limits) {
  const fs::path folder(name);
  if (name.contains('/') || is_there(folder / "config.json")) {
    OciBundle bundle = PQ_TRY(read_bundle(folder, limits));
    if (!has_content(bundle.rootfs))
      return fail(Code::NotFound,
                  "the bundle " + folder.string() + " has nothing in its root file system " +
                      base::printable(bundle.rootfs.string()));
    return bundle;
  }
  if (!is_container_id(name))
    return fail(Code::InvalidArgument,
                "'" + base::printable(name) + "' is neither a container's id nor a bundle");
  const fs::path file = state_file_of(name, state_folders);
  if (file.empty()) {
    std::string places;
    for (const fs::path& place : state_folders)
      places += (places.empty() ? "" : ", ") + place.string();
    return fail(Code::NotFound,
                "no OCI runtime has a container '" + std::string(name) + "' (looked in " + places +
                    ")");
  }
  const RuntimeState state = PQ_TRY(base::at(
      file.string(), parse_runtime_state(PQ_TRY(base::read_file(file, limits.small_text_bytes)))));
  OciBundle bundle{std::string(name), state.bundle, state.rootfs};
  if (!bundle.rootfs.is_absolute() && bundle.bundle.is_absolute())
    bundle.rootfs = (bundle.bundle / bundle.rootfs).lexically_normal();
  if (bundle.rootfs.is_absolute() && has_content(bundle.rootfs)) return bundle;
  bundle.rootfs = running_root(state);
  if (!bundle.rootfs.empty() && has_content(bundle.rootfs)) return bundle;
  return fail(Code::NotFound,
              "the root file system of the container '" + std::string(name) +
                  "' cannot be seen from here: " +
                  (bundle.rootfs.empty() ? "it does not run" : "run as root"));
}

} // namespace portique::image
