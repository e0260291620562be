// What was there before is kept in STATE/authz-install.json: for each file its bytes (base64, or
// null if it was not there), and the digest of what was written.

#include "portique/access/install/authz_install.h"

#include <algorithm>
#include <csignal>
#include <thread>

#include <boost/json.hpp>

#include "portique/access/install/daemon_config.h"
#include "portique/access/install/engine_probe.h"
#include "portique/access/install/file_diff.h"
#include "portique/access/install/unit_files.h"
#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kConfigBytes = 4ULL << 20U;
/// A reload takes milliseconds where the plugin answers.
constexpr std::chrono::seconds kSettled{2};
constexpr std::string_view kRecord = "authz-install.json";

base::Result<std::optional<std::string>> read_if_there(const fs::path& path) {
  auto text = base::read_file(path, kConfigBytes);
  if (text) return std::optional(*std::move(text));
  if (text.error().code() == Code::NotFound) return std::nullopt;
  std::error_code error;
  if (!fs::exists(path, error) && !error) return std::nullopt;
  return std::unexpected(text.error());
}

fs::path below(const fs::path& root, std::string_view path) {
  return root / fs::path(path).relative_path();
}

fs::path plugin_socket(const InstallOptions& options) {
  if (!options.plugin_socket.empty()) return options.plugin_socket;
  return "/run/docker/plugins/" + options.plugin + ".sock";
}

fs::path record_path(const InstallOptions& options) {
  return below(options.root, (options.state_folder / kRecord).string());
}

void add_change(ChangePlan& plan,
                const fs::path& path,
                std::optional<std::string> before,
                std::optional<std::string> after) {
  if (before != after) plan.changes.push_back({path, std::move(before), std::move(after)});
}

std::string digest_of(const std::string& text) {
  return base::digest_of(base::as_bytes(text)).text();
}

/// A plugin that stands both on the command line and in daemon.json makes dockerd refuse to start.
base::Result<void> check_command_line(const InstallOptions& options) {
  const auto daemon = socket_owner(options.engine_socket);
  if (!daemon) return {}; // it does not run: nothing to be killed
  const auto words = command_line_of(*daemon);
  if (!words) return {};
  for (const std::string& word : *words)
    if (word.starts_with("--authorization-plugin"))
      return fail(Code::Unsupported,
                  "the running daemon (process " + std::to_string(*daemon) + ") was started with " +
                      base::printable(word) +
                      "; it would not start with plugins in daemon.json as well: take one of the "
                      "two away first");
  return {};
}

base::Result<void> plan_daemon(const InstallOptions& options, ChangePlan& plan) {
  const auto before = PQ_TRY(read_if_there(options.daemon_config));
  std::string after = PQ_TRY(with_authorization_plugin(before, options.plugin));
  if (before == after) {
    plan.notes.push_back(options.daemon_config.string() + " names the plugin already");
    return {};
  }
  PQ_TRY(check_command_line(options));
  const auto answers = probe_plugin(plugin_socket(options));
  if (!answers)
    return fail(Code::Unsupported,
                "the plugin does not answer (" + answers.error().text() +
                    "); a daemon that is told to use it would end. Start it first: systemctl "
                    "enable --now portique-authz");
  add_change(plan, options.daemon_config, before, std::move(after));
  if (!options.reload)
    plan.notes.emplace_back("the daemon takes the change when it is told: systemctl reload docker");
  return {};
}

base::Result<boost::json::object> read_record(const InstallOptions& options) {
  const auto text = PQ_TRY(read_if_there(record_path(options)));
  if (!text) return boost::json::object();
  boost::json::value value =
      PQ_TRY(base::at(record_path(options).string(), base::parse_json(*text)));
  if (!value.is_object()) return fail(Code::Malformed, "the record of the installation is damaged");
  return std::move(value.get_object());
}

base::Result<void> write_change(const FileChange& change) {
  std::error_code error;
  if (!change.after) {
    fs::remove(change.path, error);
    if (error)
      return fail(Code::Io, "cannot remove " + change.path.string() + ": " + error.message());
    return {};
  }
  fs::create_directories(change.path.parent_path(), error);
  if (error)
    return fail(Code::Io,
                "cannot make the folder " + change.path.parent_path().string() + ": " +
                    error.message());
  return base::write_file_atomically(change.path, *change.after);
}

/// What is there must still be what the plan saw.
base::Result<void> write_changes(const ChangePlan& plan) {
  for (const FileChange& change : plan.changes)
    if (PQ_TRY(read_if_there(change.path)) != change.before)
      return fail(Code::Io, change.path.string() + " was changed meanwhile; try again");
  for (const FileChange& change : plan.changes)
    PQ_TRY(write_change(change));
  return {};
}

/// Tells the daemon to read its configuration, and waits until it has lived with it for a while:
/// what it then says of its plugins is what it was started with (20.10), so that it cannot be
/// asked.
base::Result<void> reload_daemon(const InstallOptions& options) {
  const pid_t daemon =
      PQ_TRY(base::at("reloading the daemon", socket_owner(options.engine_socket)));
  if (daemon <= 1)
    return fail(Code::Unsupported,
                "systemd holds the engine's socket, so that the daemon's process cannot be told "
                "from it: use systemctl reload docker");
  // A daemon that has just been started would end by the signal.
  PQ_TRY(base::at("reloading the daemon", probe_engine(options.engine_socket)));
  if (::kill(daemon, SIGHUP) != 0) return base::fail_errno("cannot signal the daemon", errno);
  const auto start = std::chrono::steady_clock::now();
  std::string seen = "it did not answer";
  while (std::chrono::steady_clock::now() < start + options.patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    if (::kill(daemon, 0) != 0) return fail(Code::WorkerDied, "the daemon ended");
    const auto answer = probe_engine(options.engine_socket);
    if (!answer)
      seen = answer.error().text();
    else if (std::chrono::steady_clock::now() >= start + kSettled)
      return {};
  }
  return fail(Code::Timeout, "the daemon did not take the change: " + seen);
}

} // namespace

std::string ChangePlan::diff() const {
  std::string text;
  for (const FileChange& change : changes)
    text += unified_diff(change.path.string(), change.before, change.after);
  return text;
}

base::Result<ChangePlan> plan_install(const InstallOptions& options) {
  ChangePlan plan;
  if (options.units)
    for (const UnitFile& file : unit_files()) {
      const fs::path path = below(options.root, file.path);
      const fs::path packaged = below(options.root, file.package_path);
      // What a package keeps up to date must not be hidden by a copy that nobody does.
      if (PQ_TRY(read_if_there(packaged)) == file.text)
        plan.notes.push_back(packaged.string() + " is there already");
      else
        add_change(plan, path, PQ_TRY(read_if_there(path)), std::string(file.text));
    }
  if (options.daemon) PQ_TRY(plan_daemon(options, plan));
  return plan;
}

base::Result<void> apply_install(const ChangePlan& plan, const InstallOptions& options) {
  // The first installation knows what was there before; a later one must not forget it.
  boost::json::object record = PQ_TRY(read_record(options));
  if (!base::json_object(base::json_member(&record, "files")))
    record["files"] = boost::json::object();
  boost::json::object& files = record["files"].get_object();
  for (const FileChange& change : plan.changes) {
    const std::string path = change.path.string();
    boost::json::value before = nullptr;
    if (change.before) before = base::to_base64(*change.before);
    if (const auto* known = base::json_object(base::json_member(&files, path)))
      if (change.before && base::json_string(known, "written") == digest_of(*change.before))
        before = *base::json_member(known, "before");
    files[path] = {{"before", before}, {"written", digest_of(*change.after)}};
  }
  if (!plan.changes.empty())
    PQ_TRY(write_change({record_path(options), std::nullopt, base::pretty_json(record)}));
  PQ_TRY(write_changes(plan));
  if (!options.reload) return {};
  const auto reloaded = reload_daemon(options);
  if (reloaded) return {};
  for (const FileChange& change : plan.changes)
    if (change.path == options.daemon_config)
      PQ_TRY(write_change({change.path, change.after, change.before}));
  return base::at("daemon.json was put back", base::Result<void>(reloaded));
}

base::Result<ChangePlan> plan_uninstall(const InstallOptions& options) {
  ChangePlan plan;
  const boost::json::object record = PQ_TRY(read_record(options));
  const boost::json::object& files = base::json_fields(&record, "files");
  const auto restore = [&](const fs::path& path) -> base::Result<bool> {
    const auto* known = base::json_object(base::json_member(&files, path.string()));
    const auto present = PQ_TRY(read_if_there(path));
    if (known == nullptr || !present || base::json_string(known, "written") != digest_of(*present))
      return false;
    const auto bytes = base::from_base64(base::json_string(known, "before"));
    const bool was_there = base::json_member(known, "before") != nullptr &&
                           base::json_member(known, "before")->is_string();
    if (was_there && !bytes)
      return fail(Code::Malformed, "the record of the installation is damaged");
    add_change(plan, path, present, was_there ? bytes : std::nullopt);
    return true;
  };
  if (options.daemon && !PQ_TRY(restore(options.daemon_config))) {
    const auto present = PQ_TRY(read_if_there(options.daemon_config));
    const auto plugins = PQ_TRY(authorization_plugins(present));
    if (std::ranges::find(plugins, options.plugin) != plugins.end()) {
      plan.notes.push_back(options.daemon_config.string() +
                           " was changed since; only the plugin's name is taken out");
      add_change(plan,
                 options.daemon_config,
                 present,
                 PQ_TRY(without_authorization_plugin(*present, options.plugin)));
    }
  }
  if (options.units)
    for (const UnitFile& file : unit_files()) {
      const fs::path path = below(options.root, file.path);
      if (!PQ_TRY(restore(path)) && PQ_TRY(read_if_there(path)))
        plan.notes.push_back(path.string() + " was changed since, and stays");
    }
  return plan;
}

base::Result<void> apply_uninstall(const ChangePlan& plan, const InstallOptions& options) {
  PQ_TRY(write_changes(plan));
  // The daemon must have let go of the plugin before that ends.
  if (options.reload) PQ_TRY(reload_daemon(options));
  boost::json::object record = PQ_TRY(read_record(options));
  auto* files = record.if_contains("files");
  if (files == nullptr || !files->is_object()) return {};
  for (const FileChange& change : plan.changes)
    files->get_object().erase(change.path.string());
  if (!files->get_object().empty())
    return write_change({record_path(options), std::nullopt, base::pretty_json(record)});
  return write_change({record_path(options), std::nullopt, std::nullopt});
}

} // namespace portique::access
