// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request
#include "portique/access/kubernetes/admission_service.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/text.h"

namespace portique::access::kubernetes {

using base::Result;
using Clock = std::chrono::steady_clock;

namespace {

http::Response text_response(int status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

/// A file as it would be read now: which one, and when it was changed.
using FileState = std::array<std::int64_t, 5>;

FileState state_of(const std::filesystem::path& path) {
  struct ::stat found{};
  if (path.empty() || ::stat(path.c_str(), &found) != 0) return {};
  return {static_cast<std::int64_t>(found.st_dev),
          static_cast<std::int64_t>(found.st_ino),
          static_cast<std::int64_t>(found.st_size),
          found.st_mtim.tv_sec,
          found.st_mtim.tv_nsec};
}

std::vector<std::filesystem::path> files_of(const http::TlsFiles& tls) {
  std::vector<std::filesystem::path> files{tls.certificate, tls.key};
  if (!tls.client_authorities.empty()) files.push_back(tls.client_authorities);
  return files;
}

std::vector<FileState> states_of(const std::vector<std::filesystem::path>& files) {
  std::vector<FileState> states;
  for (const std::filesystem::path& file : files)
    states.push_back(state_of(file));
  return states;
}

/// When the first certificate of a PEM text ends.
std::optional<std::int64_t> expiry_of(const std::string& pem) {
  BIO* memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  if (memory == nullptr) return std::nullopt;
  X509* certificate = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr);
  BIO_free(memory);
  if (certificate == nullptr) return std::nullopt;
  std::optional<std::int64_t> seconds;
  struct tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) == 1) seconds = ::timegm(&parts);
  X509_free(certificate);
  return seconds;
}

bool is_json(std::string_view content_type) {
  return base::equals_ignore_case(base::trim(content_type.substr(0, content_type.find(';'))),
                                  "application/json");
}

} // namespace

std::optional<std::chrono::milliseconds> timeout_of(std::string_view target) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view value;
  for (const std::string_view pair : base::split(target.substr(mark + 1), '&'))
    if (pair.starts_with("timeout=")) value = pair.substr(8);
  std::chrono::milliseconds all{0};
  while (!value.empty()) {
    const std::size_t digits = value.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
    const auto number = base::parse_int<std::uint32_t>(value.substr(0, digits));
    value.remove_prefix(digits);
    const std::size_t unit_end = std::min(value.find_first_of("0123456789"), value.size());
    const std::string_view unit = value.substr(0, unit_end);
    value.remove_prefix(unit_end);
    if (!number) return std::nullopt;
    if (unit == "ms")
      all += std::chrono::milliseconds(*number);
    else if (unit == "s")
      all += std::chrono::seconds(*number);
    else if (unit == "m")
      all += std::chrono::minutes(*number);
    else
      return std::nullopt;
  }
  if (all.count() == 0) return std::nullopt;
  return all;
}

AdmissionService::AdmissionService(AdmissionServiceOptions options,
                                   Admission& admission,
                                   ImageVerdicts* verdicts)
    : options_(std::move(options)), admission_(&admission), verdicts_(verdicts) {}

AdmissionService::~AdmissionService() {
  watcher_.request_stop();
  if (watch_) watch_->wake();
}

Result<std::unique_ptr<AdmissionService>> AdmissionService::listen(AdmissionServiceOptions options,
                                                                   Admission& admission,
                                                                   ImageVerdicts* verdicts) {
  std::unique_ptr<AdmissionService> service(
      new AdmissionService(std::move(options), admission, verdicts));
  AdmissionService& self = *service;
  http::ServerOptions server;
  server.endpoint = self.options_.endpoint;
  server.threads = self.options_.threads;
  server.body_bytes = base::Limits().admission_review_bytes;
  // A handler that hangs all the same must not hold the API server up: it gets no review, and its
  // failurePolicy counts.
  server.handler_limit = [limit = self.options_.deadline + std::chrono::milliseconds(500)] {
    return limit;
  };
  server.late_answer = text_response(503, "the decision took too long\n");
  self.server_ =
      PQ_TRY(http::Server::listen(server, [raw = service.get()](const http::Request& request) {
        return raw->handle(request);
      }));
  if (self.options_.status_endpoint) {
    http::ServerOptions status;
    status.endpoint = *self.options_.status_endpoint;
    status.threads = 1;
    status.body_bytes = 1024;
    status.connections = 64;
    self.status_server_ =
        PQ_TRY(http::Server::listen(status, [raw = service.get()](const http::Request& request) {
          return raw->handle_status(request);
        }));
  }
  self.read_expiry();
  if (self.options_.endpoint.tls) {
    self.watch_ = PQ_TRY(ChangeWatch::open());
    self.watcher_ = std::jthread(
        [raw = service.get()](const std::stop_token& stop) { raw->watch_certificates(stop); });
  }
  return service;
}

Result<void> AdmissionService::run() {
  std::jthread status;
  if (status_server_)
    status = std::jthread([this] {
      if (auto ended = status_server_->run(); !ended) tell(ended.error().text());
    });
  Result<void> ended = server_->run();
  if (status_server_) status_server_->stop();
  return ended;
}

void AdmissionService::stop() {
  draining_ = true;
  server_->stop();
}

void AdmissionService::tell(const std::string& text) const {
  if (options_.log) options_.log(text);
}

void AdmissionService::read_expiry() {
  if (!options_.endpoint.tls) return;
  constexpr std::uint64_t kMostBytes = 1ULL << 20U; // a chain has some 10 KB
  const auto pem = base::read_file(options_.endpoint.tls->certificate, kMostBytes);
  if (pem) expires_ = expiry_of(*pem).value_or(0);
}

void AdmissionService::watch_certificates(const std::stop_token& stop) {
  const std::vector<std::filesystem::path> files = files_of(*options_.endpoint.tls);
  std::vector<FileState> served = states_of(files);
  std::vector<FileState> refused;
  while (!stop.stop_requested()) {
    watch_->set_paths(files);
    std::vector<FileState> present = states_of(files);
    if (present == served || present == refused) {
      watch_->wait(options_.certificate_poll);
      continue;
    }
    const auto taken = server_->reload_certificates();
    metrics_.count_reload(taken.has_value());
    if (!taken) {
      // A certificate is often written before its key; the next change is looked at again.
      tell("the new certificate cannot be used, the old one goes on: " + taken.error().text());
      refused = std::move(present);
      continue;
    }
    served = std::move(present);
    refused.clear();
    read_expiry();
    tell("new connections get the new certificate");
  }
}

std::string AdmissionService::not_ready() const {
  if (draining_) return "it is about to end";
  if (!admission_->policy()) return "there is no policy";
  const std::int64_t expires = expires_;
  if (expires != 0 && expires <= base::now().time_since_epoch().count())
    return "the certificate has expired";
  return "";
}

http::Response AdmissionService::handle_status(const http::Request& request) {
  const std::string_view path = path_of(request.target);
  const bool known =
      path == "/healthz" || path == "/livez" || path == "/readyz" || path == "/metrics";
  if (!known) return text_response(404, "there is /healthz, /readyz, /metrics\n");
  if (request.method != "GET" && request.method != "HEAD") return text_response(405, "GET\n");
  const std::string problem = not_ready();
  if (path == "/metrics") {
    AdmissionMetrics::Present present;
    if (verdicts_ != nullptr) present.images = verdicts_->counts();
    if (const std::int64_t expires = expires_; expires != 0)
      present.certificate_expires = base::Time(std::chrono::seconds(expires));
    present.policy_current = !options_.policy_current || options_.policy_current();
    present.ready = problem.empty();
    return {200,
            {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
            metrics_.text(present)};
  }
  if (path == "/readyz" && !problem.empty()) return text_response(503, problem + "\n");
  return text_response(200, "ok\n");
}

http::Response AdmissionService::handle(const http::Request& request) {
  const std::string_view path = path_of(request.target);
  if (path == "/validate") return review(request, Endpoint::Validate);
  if (path == "/mutate") return review(request, Endpoint::Mutate);
  return handle_status(request);
}

http::Response AdmissionService::review(const http::Request& request, Endpoint endpoint) {
  const Clock::time_point begun = Clock::now();
  if (request.method != "POST") return text_response(405, "POST\n");
  std::chrono::milliseconds longest = options_.deadline;
  // The API server says how long it waits; a tenth of it is left for the way back.
  if (const auto waits = timeout_of(request.target)) longest = std::min(longest, *waits * 9 / 10);
  const auto refuse = [&](int status, std::string why) {
    metrics_.count(endpoint, Outcome::Unreadable, Clock::now() - begun);
    return text_response(status, std::move(why));
  };
  if (!is_json(http::header_value(request.headers, "Content-Type")))
    return refuse(415, "a review is application/json\n");
  const auto asked = parse_admission_review(request.body, base::Limits());
  if (!asked)
    return refuse(asked.error().code() == base::Code::LimitExceeded ? 413 : 400,
                  "this is no admission review: " + asked.error().text() + "\n");
  if (asked->dry_run) metrics_.count_dry_run();
  http::Response response = answer_review(request, *asked, endpoint, begun + longest);
  return response;
}

http::Response AdmissionService::answer_review(const http::Request& request,
                                               const AdmissionRequest& asked,
                                               Endpoint endpoint,
                                               Clock::time_point deadline) {
  const Clock::time_point begun = Clock::now();
  const AdmissionCall call{request.target,
                           base::digest_of(base::as_bytes(request.body)).text(),
                           request.peer.address,
                           deadline};
  const AdmissionAnswer answer = endpoint == Endpoint::Validate ? admission_->validate(asked, call)
                                                                : admission_->mutate(asked, call);
  metrics_.count_warnings(answer.warnings.size());
  if (!answer.patch.empty()) metrics_.count_patch();
  Outcome outcome = answer.allowed ? Outcome::Allowed : Outcome::Denied;
  if (answer.code >= 500) outcome = Outcome::Failed;
  metrics_.count(endpoint, outcome, Clock::now() - begun);
  return {200, {{"Content-Type", "application/json"}}, admission_review_text(answer)};
}

} // namespace portique::access::kubernetes
