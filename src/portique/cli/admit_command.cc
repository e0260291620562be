#include "portique/cli/admit_command.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "portique/access/kubernetes/admission.h"
#include "portique/access/kubernetes/admission_service.h"
#include "portique/access/kubernetes/image_digests.h"
#include "portique/access/kubernetes/image_scan_program.h"
#include "portique/access/kubernetes/image_verdicts.h"
#include "portique/access/policy_source/policy_source.h"
#include "portique/access/trust/known_images.h"
#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/cli/image_trust_flags.h"
#include "portique/cli/open_trail.h"
#include "portique/cli/service_notify.h"
#include "portique/cli/source_flags.h"

namespace portique::cli {

namespace kubernetes = access::kubernetes;
using base::Code;
using base::fail;
using base::Result;

namespace {

struct Flags {
  std::string policy;
  std::string policy_keys;
  std::string listen = "0.0.0.0:8443";
  std::string status_listen;
  std::string certificate;
  std::string key;
  std::string client_authorities;
  std::string trail;
  std::string state;
  std::string fail = "closed";
  unsigned deadline_ms = 4000;
  unsigned grace_seconds = 5;
  ImageTrustFlags images;
  SourceFlags source;
};

void log_line(const std::string& text) {
  std::fputs(("portique admit: " + base::printable(text) + '\n').c_str(), stderr);
}

/// The flags that a scan of its own process must be given again.
std::vector<std::string> scan_flags(const SourceFlags& flags) {
  std::vector<std::string> again;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    again.emplace_back(name);
    again.push_back(value);
  };
  add("--platform", flags.platform);
  add("--cache-dir", flags.cache_dir);
  add("--registry-certs", flags.certificates);
  for (const std::string& host : flags.insecure)
    add("--insecure", host);
  for (const std::string& mirror : flags.mirrors)
    add("--registry-mirror", mirror);
  if (flags.no_cache) again.emplace_back("--no-cache");
  if (flags.offline) again.emplace_back("--offline");
  return again;
}

/// Everything that serves, in the order in which it is made. What is above outlives what is below.
struct Parts {
  std::unique_ptr<access::FileTrail> trail;
  std::unique_ptr<kubernetes::ImageVerdicts> verdicts;
  std::unique_ptr<kubernetes::RegistryDigests> digests;
  std::unique_ptr<access::KnownImages> signatures;
  std::unique_ptr<kubernetes::Admission> admission;
  std::unique_ptr<access::PolicySource> source;
  std::unique_ptr<kubernetes::AdmissionService> service;
};

/// A file that `portique scan` can read the policy from: the one that was named, or else a copy.
Result<std::string> policy_file(const Flags& flags, const access::PolicyText& read) {
  std::error_code error;
  if (std::filesystem::is_regular_file(flags.policy, error)) return flags.policy;
  if (flags.state.empty())
    return fail(Code::InvalidArgument,
                "--state FOLDER is needed to scan images by a policy that is no file");
  if (!read.included.empty())
    return fail(Code::Unsupported,
                "images are scanned by a policy that is a file, or that includes none");
  const std::filesystem::path copy = std::filesystem::path(flags.state) / "scan-policy.yaml";
  PQ_TRY(base::write_file_atomically(copy, read.text));
  return copy.string();
}

Result<void> open_images(const Flags& flags, Parts& parts) {
  kubernetes::ImageVerdictOptions options;
  std::string policy = flags.policy;
  if (!flags.state.empty()) {
    std::error_code error;
    std::filesystem::create_directories(flags.state, error);
    options.file = std::filesystem::path(flags.state) / "image-verdicts.json";
    if (!std::filesystem::is_regular_file(flags.policy, error))
      policy = (std::filesystem::path(flags.state) / "scan-policy.yaml").string();
  }
  const kubernetes::ImageScanProgram program{
      .program = "/proc/self/exe", .policy = policy, .flags = scan_flags(flags.source)};
  parts.verdicts = PQ_TRY(
      kubernetes::ImageVerdicts::open(std::move(options), [program](const std::string& image) {
        auto verdict = kubernetes::scan_by_program(program, image);
        log_line(verdict ? fmt::format("scanned {}: {}", image, verdict->decision)
                         : fmt::format("cannot scan {}: {}", image, verdict.error().text()));
        return verdict;
      }));
  const scan::ScanOptions scan = PQ_TRY(scan_options_of(flags.source));
  parts.digests = std::make_unique<kubernetes::RegistryDigests>(scan.registry);
  if (flags.images.keys.empty()) return {};
  access::KnownImagesOptions signatures;
  signatures.cache_folder = flags.state;
  signatures.keys = PQ_TRY(trusted_image_keys(flags.images));
  signatures.registry = scan.registry;
  // A rollout names several images, and a registry that hangs is not waited for by the others.
  signatures.threads = 8;
  parts.signatures = std::make_unique<access::KnownImages>(std::move(signatures));
  return {};
}

Result<void> open_policy(const Flags& flags, Parts& parts) {
  access::PolicySourceOptions options;
  options.origin.location = flags.policy;
  options.state_folder = flags.state;
  if (!flags.policy_keys.empty()) {
    constexpr std::uint64_t kMostBytes = 64ULL << 10U; // a key has 200 bytes
    options.keys =
        PQ_TRY(access::parse_public_keys(PQ_TRY(base::read_file(flags.policy_keys, kMostBytes))));
  }
  parts.source = PQ_TRY(access::PolicySource::open(
      std::move(options), [&flags, &parts](const access::PolicyText& read) -> Result<void> {
        auto policy = PQ_TRY(kubernetes::load_admission_policy(
            read.name, read.text, base::Limits(), base::now(), &read.included));
        if (policy.images.scan) PQ_TRY(policy_file(flags, read));
        parts.admission->set_policy(
            std::make_shared<const kubernetes::AdmissionPolicy>(std::move(policy)));
        log_line("serving policy " + parts.admission->policy()->version());
        return {};
      }));
  return parts.source->watch();
}

Result<void> open_service(const Flags& flags, Parts& parts) {
  kubernetes::AdmissionServiceOptions options;
  options.endpoint = PQ_TRY(http::parse_tcp_endpoint(flags.listen));
  options.endpoint.tls = http::TlsFiles{flags.certificate, flags.key, flags.client_authorities};
  if (!flags.status_listen.empty())
    options.status_endpoint = PQ_TRY(http::parse_tcp_endpoint(flags.status_listen));
  options.deadline = std::chrono::milliseconds(flags.deadline_ms);
  options.policy_current = [source = parts.source.get()] {
    return source->status().problem.empty();
  };
  options.log = log_line;
  parts.service = PQ_TRY(kubernetes::AdmissionService::listen(
      std::move(options), *parts.admission, parts.verdicts.get()));
  log_line(fmt::format("listening on port {}", parts.service->port()));
  return {};
}

Result<void> open_parts(const Flags& flags, Parts& parts) {
  if (!flags.trail.empty()) parts.trail = PQ_TRY(open_trail(flags.trail));
  PQ_TRY(open_images(flags, parts));
  parts.admission = std::make_unique<kubernetes::Admission>(
      kubernetes::AdmissionOptions{.trail = parts.trail.get(),
                                   .verdicts = parts.verdicts.get(),
                                   .digests = parts.digests.get(),
                                   .signatures = parts.signatures.get(),
                                   .fail_open = flags.fail == "open"},
      nullptr);
  PQ_TRY(open_policy(flags, parts));
  return open_service(flags, parts);
}

/// The trail is closed in any case; a scan that is under way is not waited for, for minutes.
void end_parts(Parts& parts) {
  parts.service.reset();
  parts.source.reset();
  parts.admission.reset();
  parts.trail.reset();
  if (!parts.verdicts->is_scanning()) return;
  log_line("a scan is under way; it is given up");
  std::_Exit(static_cast<int>(ExitCode::Ok));
}

/// Serves until SIGTERM or SIGINT; SIGHUP reads the policy again.
Result<void> serve(const Flags& flags) {
  // Before any thread is made, so that all of them leave these signals to sigwait().
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Parts parts;
  PQ_TRY(open_parts(flags, parts));
  Result<void> ended;
  std::jthread server([&] {
    ended = parts.service->run();
    ::kill(::getpid(), SIGTERM); // wakes sigwait() if the server ended by itself
  });
  tell_service_manager("READY=1");
  int number = 0;
  while (sigwait(&signals, &number) == 0 && number == SIGHUP)
    if (auto read = parts.source->reload(); !read)
      log_line("the policy could not be read again: " + read.error().text());
  tell_service_manager("STOPPING=1");
  parts.service->drain();
  if (number == SIGTERM && ended) {
    // Endpoints are taken out of the service's list a moment after the signal.
    const timespec grace{static_cast<time_t>(flags.grace_seconds), 0};
    sigtimedwait(&signals, nullptr, &grace);
  }
  parts.service->stop();
  server.join();
  end_parts(parts);
  return ended;
}

ExitCode run(const Flags& flags) {
  if (flags.fail != "open" && flags.fail != "closed")
    return complain(base::Error(Code::InvalidArgument, "--fail is open or closed"));
  const auto served = serve(flags);
  return served ? ExitCode::Ok : complain(served.error());
}

void add_server_flags(CLI::App& command, Flags& flags) {
  command.add_option("--listen", flags.listen, "Address and port (default: 0.0.0.0:8443)")
      ->envname("PORTIQUE_ADMIT_LISTEN")
      ->type_name("ADDRESS");
  command
      .add_option("--status-listen",
                  flags.status_listen,
                  "Also /healthz, /readyz and /metrics here, without TLS")
      ->envname("PORTIQUE_ADMIT_STATUS_LISTEN")
      ->type_name("ADDRESS");
  command.add_option("--tls-cert", flags.certificate, "Certificate of the webhook, with its chain")
      ->envname("PORTIQUE_ADMIT_TLS_CERT")
      ->type_name("FILE")
      ->required();
  command.add_option("--tls-key", flags.key, "Its key")
      ->envname("PORTIQUE_ADMIT_TLS_KEY")
      ->type_name("FILE")
      ->required();
  command
      .add_option("--client-ca",
                  flags.client_authorities,
                  "The API server must show a certificate of these authorities")
      ->envname("PORTIQUE_ADMIT_CLIENT_CA")
      ->type_name("FILE");
  command
      .add_option("--deadline",
                  flags.deadline_ms,
                  "Milliseconds that a decision may take (default: 4000); never more than 9 tenths "
                  "of what the API server waits")
      ->envname("PORTIQUE_ADMIT_DEADLINE")
      ->check(CLI::Range(100U, 28'000U));
  command
      .add_option("--grace",
                  flags.grace_seconds,
                  "Seconds to go on serving after SIGTERM, not ready (default: 5)")
      ->envname("PORTIQUE_ADMIT_GRACE")
      ->check(CLI::Range(0U, 300U));
}

} // namespace

void add_admit_command(CLI::App& app, Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command =
      app.add_subcommand("admit", "Decide for a Kubernetes API server which pods it admits");
  command
      ->add_option("--policy",
                   flags->policy,
                   "A file, a folder that is a Git checkout, or an https URL; read again when it "
                   "changes and on SIGHUP")
      ->envname("PORTIQUE_ADMIT_POLICY")
      ->type_name("FILE|FOLDER|URL")
      ->required();
  command
      ->add_option("--policy-keys",
                   flags->policy_keys,
                   "Ed25519 public keys; the policy must be signed by one of them")
      ->envname("PORTIQUE_ADMIT_POLICY_KEYS")
      ->type_name("FILE");
  add_server_flags(*command, *flags);
  command->add_option("--trail", flags->trail, "Folder of the audit trail (default: none is kept)")
      ->envname("PORTIQUE_ADMIT_TRAIL")
      ->type_name("FOLDER");
  command
      ->add_option("--state",
                   flags->state,
                   "Folder for image verdicts and the last good policy (default: memory alone)")
      ->envname("PORTIQUE_ADMIT_STATE")
      ->type_name("FOLDER");
  command
      ->add_option("--fail",
                   flags->fail,
                   "What counts when the gate itself fails, as when the trail cannot be written: "
                   "closed (default) or open")
      ->envname("PORTIQUE_ADMIT_FAIL")
      ->type_name("open|closed");
  add_image_key_flags(*command, flags->images);
  add_source_flags(*command, flags->source);
  command->callback([flags, &invocation] { invocation.run = [flags] { return run(*flags); }; });
}

} // namespace portique::cli
