#include "portique/access/command_line/mount_flags.h"

#include <cstdint>

#include "portique/access/command_line/command_values.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

/// What of a mount goes into which member; numbers and the like are told apart by mount_option().
struct MountFlag {
  std::string type = "volume";
  std::string source;
  std::string target;
  std::string consistency;
  bool read_only = false;
  boost::json::object bind;
  boost::json::object volume;
  boost::json::object driver;
  boost::json::object driver_options;
  boost::json::object labels;
  boost::json::object image;
  boost::json::object tmpfs;
};

bool is_relative(std::string_view path) {
  return path == "." || path.starts_with("./") || path == ".." || path.starts_with("../");
}

base::Result<bool> switched(const std::string& key, const std::string& value, bool alone) {
  const auto on = alone ? true : parse_go_bool(value);
  if (!on) return fail(Code::InvalidArgument, "--mount: '" + key + "' is true or false");
  return *on;
}

base::Result<std::int64_t> octal(const std::string& value) {
  const auto mode = base::parse_int<std::int64_t>(value, 8);
  if (!mode) return fail(Code::InvalidArgument, "--mount: tmpfs-mode is an octal number");
  return *mode;
}

/// "bind-recursive" sets two members.
base::Result<void> bind_recursive(MountFlag& mount, const std::string& value) {
  if (value == "disabled")
    mount.bind["NonRecursive"] = true;
  else if (value == "writable")
    mount.bind["ReadOnlyNonRecursive"] = true;
  else if (value == "readonly")
    mount.bind["ReadOnlyForceRecursive"] = true;
  else if (value != "enabled")
    return fail(Code::InvalidArgument, "--mount: there is no bind-recursive=" + value);
  return {};
}

base::Result<void>
bind_option(MountFlag& mount, const std::string& key, const std::string& value, bool alone) {
  if (key == "bind-propagation")
    mount.bind["Propagation"] = value;
  else if (key == "bind-nonrecursive")
    mount.bind["NonRecursive"] = PQ_TRY(switched(key, value, alone));
  else if (key == "bind-recursive")
    return bind_recursive(mount, value);
  else if (key == "bind-create-src")
    mount.bind["CreateMountpoint"] = PQ_TRY(switched(key, value, alone));
  else
    return fail(Code::InvalidArgument, "--mount: unknown option '" + base::printable(key) + "'");
  return {};
}

base::Result<void> mount_option(MountFlag& mount,
                                const std::string& key,
                                const std::string& value,
                                bool alone,
                                const CommandContext& context) {
  if (key == "type") {
    mount.type = base::to_lower(value);
  } else if (key == "source" || key == "src") {
    mount.source = is_relative(value) ? context.absolute(value) : value;
  } else if (key == "target" || key == "dst" || key == "destination") {
    mount.target = value;
  } else if (key == "readonly" || key == "ro") {
    mount.read_only = PQ_TRY(switched(key, value, alone));
  } else if (key == "consistency") {
    mount.consistency = base::to_lower(value);
  } else if (key == "volume-subpath") {
    mount.volume["Subpath"] = value;
  } else if (key == "volume-nocopy") {
    mount.volume["NoCopy"] = PQ_TRY(switched(key, value, alone));
  } else if (key == "volume-label") {
    const auto [name, label] = key_and_value(value);
    mount.labels[name] = label;
  } else if (key == "volume-driver") {
    mount.driver["Name"] = value;
  } else if (key == "volume-opt") {
    const auto [name, option] = key_and_value(value);
    mount.driver_options[name] = option;
  } else if (key == "image-subpath") {
    mount.image["Subpath"] = value;
  } else if (key == "tmpfs-size") {
    mount.tmpfs["SizeBytes"] = PQ_TRY(parse_bytes(value));
  } else if (key == "tmpfs-mode") {
    mount.tmpfs["Mode"] = PQ_TRY(octal(value));
  } else {
    return bind_option(mount, key, value, alone);
  }
  return {};
}

boost::json::object as_json(MountFlag mount) {
  set_if(mount.driver, "Options", std::move(mount.driver_options));
  set_if(mount.volume, "DriverConfig", std::move(mount.driver));
  set_if(mount.volume, "Labels", std::move(mount.labels));
  boost::json::object json{{"Type", mount.type}};
  set_if(json, "Source", boost::json::string(mount.source));
  json["Target"] = mount.target;
  set_if(json, "ReadOnly", mount.read_only);
  set_if(json, "Consistency", boost::json::string(mount.consistency));
  set_if(json, "BindOptions", std::move(mount.bind));
  set_if(json, "VolumeOptions", std::move(mount.volume));
  set_if(json, "ImageOptions", std::move(mount.image));
  set_if(json, "TmpfsOptions", std::move(mount.tmpfs));
  return json;
}

} // namespace

base::Result<VolumeFlag> parse_volume_flag(std::string_view text, const CommandContext& context) {
  if (text.empty()) return fail(Code::InvalidArgument, "--volume is empty");
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos)
    return VolumeFlag{.bind = "", .anonymous = std::string(text)};
  const std::string_view source = text.substr(0, colon);
  if (source.empty())
    return fail(Code::InvalidArgument, "--volume '" + base::printable(text) + "' has no source");
  if (is_relative(source))
    return VolumeFlag{.bind = context.absolute(source) + std::string(text.substr(colon)),
                      .anonymous = ""};
  return VolumeFlag{.bind = std::string(text), .anonymous = ""};
}

base::Result<boost::json::object> parse_mount_flag(std::string_view text,
                                                   const CommandContext& context) {
  MountFlag mount;
  for (const std::string& field : PQ_TRY(parse_csv(text))) {
    const auto [key, value] = key_and_value(base::trim(field));
    PQ_TRY(mount_option(mount, base::to_lower(key), value, !field.contains('='), context));
  }
  if (mount.target.empty()) return fail(Code::InvalidArgument, "--mount needs a target");
  return as_json(std::move(mount));
}

boost::json::object parse_tmpfs_flags(const std::vector<std::string>& texts) {
  boost::json::object tmpfs;
  for (const std::string& text : texts) {
    const std::size_t colon = text.find(':');
    tmpfs[text.substr(0, colon)] = colon == std::string::npos ? "" : text.substr(colon + 1);
  }
  return tmpfs;
}

} // namespace portique::access
