#pragma once

// The webhook as a server: /validate and /mutate over TLS; /healthz, /readyz and /metrics there
// and, where the kubelet cannot show a client certificate, on an address of their own without TLS.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "portique/access/kubernetes/admission.h"
#include "portique/access/kubernetes/admission_metrics.h"
#include "portique/access/policy_source/change_watch.h"
#include "portique/base/result.h"
#include "portique/http/server.h"

namespace portique::access::kubernetes {

struct AdmissionServiceOptions {
  http::TcpEndpoint endpoint; ///< with TLS: the API server speaks nothing else
  std::optional<http::TcpEndpoint> status_endpoint;
  std::size_t threads = 8;
  /// A review is answered within this, or within 9 tenths of what the API server says it waits.
  std::chrono::milliseconds deadline{4000};
  /// Whether the policy's source holds what serves; empty: it always does.
  std::function<bool()> policy_current;
  /// Told what an operator should know; may be empty. Called by several threads.
  std::function<void(const std::string&)> log;
  std::chrono::milliseconds certificate_poll{10'000}; ///< besides being told of changes
};

class AdmissionService {
public:
  /// `verdicts` may be null. Both must outlive this.
  static base::Result<std::unique_ptr<AdmissionService>>
  listen(AdmissionServiceOptions options, Admission& admission, ImageVerdicts* verdicts);
  ~AdmissionService();
  AdmissionService(const AdmissionService&) = delete;
  AdmissionService& operator=(const AdmissionService&) = delete;

  /// Serves until stop().
  base::Result<void> run();

  /// From now on /readyz says no, so that nothing new is sent here.
  void drain() { draining_ = true; }

  /// From any thread.
  void stop();

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  [[nodiscard]] std::uint16_t status_port() const {
    return status_server_ ? status_server_->port() : 0;
  }

private:
  AdmissionService(AdmissionServiceOptions options, Admission& admission, ImageVerdicts* verdicts);

  http::Response handle(const http::Request& request);
  http::Response handle_status(const http::Request& request);
  http::Response review(const http::Request& request, Endpoint endpoint);
  http::Response answer_review(const http::Request& request,
                               const AdmissionRequest& asked,
                               Endpoint endpoint,
                               std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] std::string not_ready() const;
  void read_expiry();
  void watch_certificates(const std::stop_token& stop);
  void tell(const std::string& text) const;

  AdmissionServiceOptions options_;
  Admission* admission_;
  ImageVerdicts* verdicts_;
  AdmissionMetrics metrics_;
  std::atomic<bool> draining_ = false;
  std::atomic<std::int64_t> expires_ = 0; ///< seconds since 1970; 0: unknown
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Server> status_server_;
  std::optional<ChangeWatch> watch_;
  std::jthread watcher_; ///< goes first: it uses what is above
};

/// "10s", "1m30s", "500ms" as Go writes durations, in the query of a webhook's URL; nothing if
/// there is none.
std::optional<std::chrono::milliseconds> timeout_of(std::string_view target);

} // namespace portique::access::kubernetes
