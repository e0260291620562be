#include "portique/cli/authz_run.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "portique/access/audit/file_trail.h"
#include "portique/access/builds/inspect_builds.h"
#include "portique/access/docker/file_owner_book.h"
#include "portique/access/docker/live_engine_view.h"
#include "portique/access/docker/request_facts.h"
#include "portique/access/gatekeeper.h"
#include "portique/access/guard/guard.h"
#include "portique/access/pass_book.h"
#include "portique/access/plugin/plugin.h"
#include "portique/access/policy_source/policy_source.h"
#include "portique/base/file.h"
#include "portique/base/random.h"
#include "portique/base/text.h"
#include "portique/cli/image_trust_flags.h"
#include "portique/cli/locations.h"
#include "portique/cli/open_trail.h"
#include "portique/cli/service_notify.h"

namespace portique::cli {

namespace fs = std::filesystem;

using base::Code;
using base::fail;
using base::Result;

namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr timespec kTrimPause{.tv_sec = 60, .tv_nsec = 0};
constexpr std::size_t kTrimSlack = 1U << 20U;
constexpr const char* kPluginSocket = "/run/docker/plugins/portique.sock";

struct Flags {
  std::string policy;
  std::string policy_keys;
  std::string plugin_socket;
  std::string guard_socket;
  std::string guard_mode = "0660";
  std::string guard_group;
  std::string guard_listen;
  std::string certificate;
  std::string key;
  std::string client_authorities;
  std::string engine_socket = "/run/docker.sock";
  std::string trail = kDefaultTrail;
  std::vector<std::string> exports;
  std::string state = "/var/lib/portique/authz";
  bool allow_uncommitted = false;
  ImageTrustFlags images;
};

/// Everything that serves, in the order in which it is made. What is above outlives what is below.
struct Parts {
  std::unique_ptr<access::FileTrail> trail;
  std::unique_ptr<access::FileOwnerBook> owners;
  std::unique_ptr<access::LiveEngineView> view;
  std::unique_ptr<access::KnownImages> images;
  std::unique_ptr<access::Gatekeeper> gatekeeper;
  std::unique_ptr<access::PolicySource> source;
  access::BuildSessions builds;
  access::PassBook passes; ///< of requests that both gates see
  std::unique_ptr<access::Plugin> plugin;
  std::vector<std::unique_ptr<access::Guard>> guards;
};

void log_line(const std::string& text) {
  std::fputs(("portique authz: " + base::printable(text) + '\n').c_str(), stderr);
}

/// Two descriptors a client: as many as the system lets us have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Of --guard-listen.
Result<http::TcpEndpoint> endpoint_of(const Flags& flags) {
  http::TcpEndpoint endpoint = PQ_TRY(http::parse_tcp_endpoint(flags.guard_listen));
  if (flags.certificate.empty() || flags.key.empty() || flags.client_authorities.empty())
    return fail(Code::InvalidArgument,
                "--guard-listen needs --tls-cert, --tls-key and --tls-client-ca: without client "
                "certificates nobody knows who calls");
  endpoint.tls = http::TlsFiles{flags.certificate, flags.key, flags.client_authorities};
  return endpoint;
}

Result<void> open_gatekeeper(const Flags& flags, const std::string& token, Parts& parts) {
  const fs::path state = flags.state;
  std::error_code error;
  fs::create_directories(state, error);
  if (error) return base::fail_errno("cannot make folder " + state.string(), error.value());
  parts.owners = PQ_TRY(access::FileOwnerBook::open(state / "owners"));
  parts.view = std::make_unique<access::LiveEngineView>(
      access::LiveViewOptions{.socket = flags.engine_socket, .token = token}, parts.owners.get());
  parts.images = std::make_unique<access::KnownImages>(
      PQ_TRY(image_trust_options(flags.images, default_cache_dir(), base::Limits(), base::now())));
  access::FactOptions facts;
  facts.engine_sockets = {flags.engine_socket};
  if (!flags.guard_socket.empty()) facts.engine_sockets.push_back(flags.guard_socket);
  parts.gatekeeper = std::make_unique<access::Gatekeeper>(
      access::GatekeeperParts{
          .view = parts.view.get(),
          .trail = parts.trail.get(),
          .owners = parts.owners.get(),
          .trust = parts.images.get(),
          .facts =
              [facts](const access::EngineCall& call, access::EngineView& view) {
                return access::workload_facts(call, view, facts);
              }},
      access::GatekeeperOptions{.grants_folder = state / "grants", .state_folder = state});
  return {};
}

Result<void> open_policy(const Flags& flags, Parts& parts) {
  access::PolicySourceOptions options;
  options.origin.location = flags.policy;
  options.origin.allow_uncommitted = flags.allow_uncommitted;
  options.state_folder = flags.state;
  if (!flags.policy_keys.empty()) {
    constexpr std::uint64_t kMostBytes = 64ULL << 10U;
    options.keys =
        PQ_TRY(access::parse_public_keys(PQ_TRY(base::read_file(flags.policy_keys, kMostBytes))));
  }
  parts.source = PQ_TRY(access::PolicySource::open(
      std::move(options), [&flags, &parts](const access::PolicyText& read) -> Result<void> {
        PQ_TRY(parts.gatekeeper->offer({.name = read.name,
                                        .text = read.text,
                                        .approvals = read.approvals,
                                        .included = &read.included}));
        // As decisions and the trail name it.
        log_line("serving policy " + parts.gatekeeper->status().version +
                 (read.revision.empty() ? "" : " (" + read.revision + ")"));
        return {};
      }));
  return parts.source->watch();
}

Result<void> open_guard(const Flags& flags, access::GuardOptions options, Parts& parts) {
  options.engine = flags.engine_socket;
  if (parts.plugin) options.passes = &parts.passes;
  parts.guards.push_back(PQ_TRY(access::Guard::listen(
      options, *parts.gatekeeper, access::inspect_builds(*parts.gatekeeper, parts.builds))));
  return {};
}

Result<void> open_gates(const Flags& flags, const std::string& token, Parts& parts) {
  const bool guarded = !flags.guard_socket.empty() || !flags.guard_listen.empty();
  if (!flags.plugin_socket.empty() || !guarded) {
    access::PluginOptions options;
    options.socket = flags.plugin_socket.empty() ? kPluginSocket : flags.plugin_socket;
    options.view_token = token;
    options.passes = &parts.passes;
    parts.plugin = PQ_TRY(access::Plugin::listen(options, *parts.gatekeeper));
    log_line("plugin at " + options.socket.string());
  }
  if (!flags.guard_socket.empty()) {
    const auto mode = base::parse_int<unsigned>(flags.guard_mode, 8);
    if (!mode || *mode > 0777U)
      return fail(Code::InvalidArgument, "--guard-mode is an octal number such as 0660");
    access::GuardOptions options;
    options.endpoint =
        http::UnixEndpoint{.path = flags.guard_socket, .mode = *mode, .group = flags.guard_group};
    PQ_TRY(open_guard(flags, std::move(options), parts));
    log_line("guard at " + flags.guard_socket);
  }
  if (!flags.guard_listen.empty()) {
    access::GuardOptions options;
    options.endpoint = PQ_TRY(endpoint_of(flags));
    PQ_TRY(open_guard(flags, std::move(options), parts));
    log_line(fmt::format("guard on port {}", parts.guards.back()->port()));
  }
  return {};
}

Result<void> open_parts(const Flags& flags, Parts& parts) {
  const std::string token = PQ_TRY(base::random_word(kTokenBytes));
  parts.trail = PQ_TRY(open_trail(flags.trail, flags.exports));
  PQ_TRY(open_gatekeeper(flags, token, parts));
  PQ_TRY(open_policy(flags, parts));
  return open_gates(flags, token, parts);
}

void reload(Parts& parts) {
  if (auto read = parts.source->reload(); !read)
    log_line("the policy could not be read again: " + read.error().text());
  for (const auto& guard : parts.guards)
    if (auto read = guard->reload_certificates(); !read)
      log_line("the certificates could not be read again: " + read.error().text());
}

/// Runs every gate on a thread of its own until SIGTERM or SIGINT, or until one of them ends.
Result<void> run_gates(Parts& parts, const sigset_t& signals) {
  std::vector<Result<void>> ended(parts.guards.size() + 1);
  std::vector<std::jthread> threads;
  const auto start = [&](auto& gate, Result<void>& outcome) {
    threads.emplace_back([&gate, &outcome] {
      outcome = gate.run();
      ::kill(::getpid(), SIGTERM); // wakes sigwait() if a gate ended by itself
    });
  };
  if (parts.plugin) start(*parts.plugin, ended.back());
  for (std::size_t i = 0; i < parts.guards.size(); ++i)
    start(*parts.guards[i], ended[i]);
  tell_service_manager("READY=1");
  while (true) {
    const int number = sigtimedwait(&signals, nullptr, &kTrimPause);
    if (number == SIGHUP)
      reload(parts);
    else if (number < 0 && errno == EAGAIN)
      ::malloc_trim(kTrimSlack); // a crowd of clients leaves its memory behind
    else if (number >= 0)
      break;
  }
  tell_service_manager("STOPPING=1");
  if (parts.plugin) parts.plugin->stop();
  for (const auto& guard : parts.guards)
    guard->stop();
  threads.clear(); // joins
  for (Result<void>& outcome : ended)
    PQ_TRY(std::move(outcome));
  return {};
}

Result<void> serve(const Flags& flags) {
  if (flags.policy.empty())
    return fail(Code::InvalidArgument, "portique authz needs --policy, or a verb: see --help");
  // Before any thread is made, so that all of them leave these signals to sigwait().
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // Dozens of threads would each keep freed memory of their own.
  ::mallopt(M_ARENA_MAX, 2);
  raise_descriptor_limit();
  Parts parts;
  PQ_TRY(open_parts(flags, parts));
  return run_gates(parts, signals);
}

void add_guard_flags(CLI::App& command, Flags& flags) {
  command
      .add_option(
          "--guard-socket", flags.guard_socket, "Serve a socket in front of the engine's own here")
      ->envname("PORTIQUE_AUTHZ_GUARD_SOCKET")
      ->type_name("SOCKET");
  command.add_option("--guard-mode", flags.guard_mode, "Mode of that socket (default: 0660)")
      ->type_name("MODE");
  command.add_option("--guard-group", flags.guard_group, "Group of that socket")
      ->type_name("GROUP");
  command
      .add_option("--guard-listen",
                  flags.guard_listen,
                  "Serve in front of the engine on this address and port, with client certificates")
      ->envname("PORTIQUE_AUTHZ_GUARD_LISTEN")
      ->type_name("ADDRESS");
  command.add_option("--tls-cert", flags.certificate, "Certificate of --guard-listen")
      ->type_name("FILE");
  command.add_option("--tls-key", flags.key, "Its key")->type_name("FILE");
  command
      .add_option("--tls-client-ca",
                  flags.client_authorities,
                  "Clients must show a certificate of these authorities")
      ->type_name("FILE");
  command
      .add_option("--engine-socket",
                  flags.engine_socket,
                  "The engine's own socket (default: /run/docker.sock)")
      ->envname("PORTIQUE_AUTHZ_ENGINE_SOCKET")
      ->type_name("SOCKET");
}

} // namespace

void add_authz_run(CLI::App& authz, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  authz
      .add_option("--policy",
                  flags->policy,
                  "Serve by this policy: a file, a folder that is a Git checkout, or an https URL; "
                  "read again when it changes and on SIGHUP")
      ->envname("PORTIQUE_AUTHZ_POLICY")
      ->type_name("FILE|FOLDER|URL");
  authz
      .add_option("--policy-keys",
                  flags->policy_keys,
                  "Ed25519 public keys; the policy must be signed by one of them")
      ->type_name("FILE");
  authz.add_flag("--allow-uncommitted",
                 flags->allow_uncommitted,
                 "In a Git checkout the policy of the working tree counts, even if no commit "
                 "has it");
  authz
      .add_option("--plugin-socket",
                  flags->plugin_socket,
                  std::string("Be an authorization plugin here; without a guard the default is ") +
                      kPluginSocket)
      ->envname("PORTIQUE_AUTHZ_PLUGIN_SOCKET")
      ->type_name("SOCKET");
  add_guard_flags(authz, *flags);
  authz
      .add_option(
          "--trail", flags->trail, "Folder of the audit trail (default: /var/lib/portique/audit)")
      ->envname("PORTIQUE_AUTHZ_TRAIL")
      ->type_name("FOLDER");
  authz
      .add_option("--export",
                  flags->exports,
                  "Send the trail's lines there, too: stdout, syslog+unix:///dev/log, "
                  "syslog+udp://HOST, syslog+tcp://HOST")
      ->type_name("ADDRESS");
  authz
      .add_option("--state",
                  flags->state,
                  "Folder for owners, grants and the last good policy (default: "
                  "/var/lib/portique/authz)")
      ->envname("PORTIQUE_AUTHZ_STATE")
      ->type_name("FOLDER");
  add_image_trust_flags(authz, flags->images);
  authz.callback([flags, &authz, &invocation] {
    if (!authz.get_subcommands().empty()) return; // a verb was given
    invocation.run = [flags] {
      const auto served = serve(*flags);
      return served ? ExitCode::Ok : complain(served.error());
    };
  });
}

} // namespace portique::cli
