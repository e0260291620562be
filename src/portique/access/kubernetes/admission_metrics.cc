#include "portique/access/kubernetes/admission_metrics.h"

#include <iterator>
#include <string_view>

#include <fmt/format.h>

namespace portique::access::kubernetes {

namespace {

constexpr std::array<std::string_view, 2> kEndpointNames{"validate", "mutate"};
constexpr std::array<std::string_view, 4> kOutcomeNames{
    "allowed", "denied", "unreadable", "failed"};

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void single(std::string& out,
            std::string_view name,
            std::string_view type,
            std::string_view help,
            std::uint64_t value) {
  head(out, name, type, help);
  fmt::format_to(std::back_inserter(out), "{} {}\n", name, value);
}

} // namespace

void AdmissionMetrics::count(Endpoint endpoint, Outcome outcome, std::chrono::nanoseconds took) {
  const auto at = static_cast<std::size_t>(endpoint);
  ++outcomes_.at(at).at(static_cast<std::size_t>(outcome));
  const auto micros =
      static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::microseconds>(took).count());
  std::size_t bucket = 0;
  while (bucket < kBounds.size() && micros > kBounds.at(bucket))
    ++bucket;
  ++buckets_.at(at).at(bucket);
  nanoseconds_.at(at) += static_cast<std::uint64_t>(took.count());
}

std::string AdmissionMetrics::text(const Present& present) const {
  std::string out;
  const auto back = [&] { return std::back_inserter(out); };
  head(out, "portique_admission_requests_total", "counter", "Reviews by endpoint and outcome.");
  for (std::size_t e = 0; e < kEndpoints; ++e)
    for (std::size_t o = 0; o < kOutcomes; ++o)
      fmt::format_to(back(),
                     "portique_admission_requests_total{{endpoint=\"{}\",outcome=\"{}\"}} {}\n",
                     kEndpointNames.at(e),
                     kOutcomeNames.at(o),
                     outcomes_.at(e).at(o).load());
  constexpr std::string_view kSeconds = "portique_admission_duration_seconds";
  head(out, kSeconds, "histogram", "Time from a whole request to its answer.");
  for (std::size_t e = 0; e < kEndpoints; ++e) {
    std::uint64_t below = 0;
    for (std::size_t b = 0; b < kBounds.size(); ++b) {
      below += buckets_.at(e).at(b).load();
      fmt::format_to(back(),
                     "{}_bucket{{endpoint=\"{}\",le=\"{}\"}} {}\n",
                     kSeconds,
                     kEndpointNames.at(e),
                     static_cast<double>(kBounds.at(b)) / 1e6,
                     below);
    }
    below += buckets_.at(e).back().load();
    const double seconds = static_cast<double>(nanoseconds_.at(e).load()) / 1e9;
    const std::string_view name = kEndpointNames.at(e);
    fmt::format_to(back(), "{}_bucket{{endpoint=\"{}\",le=\"+Inf\"}} {}\n", kSeconds, name, below);
    fmt::format_to(back(), "{}_sum{{endpoint=\"{}\"}} {}\n", kSeconds, name, seconds);
    fmt::format_to(back(), "{}_count{{endpoint=\"{}\"}} {}\n", kSeconds, name, below);
  }
  single(out, "portique_admission_warnings_total", "counter", "Warnings sent.", warnings_);
  single(
      out, "portique_admission_patches_total", "counter", "Objects that got defaults.", patches_);
  single(out, "portique_admission_dry_runs_total", "counter", "Reviews of dry runs.", dry_runs_);
  single(out, "portique_image_verdicts", "gauge", "Images with a verdict.", present.images.known);
  single(out, "portique_image_scan_queue", "gauge", "Scans that wait.", present.images.queued);
  single(out, "portique_image_scans_total", "counter", "Scans done.", present.images.scanned);
  single(
      out, "portique_image_scan_failures_total", "counter", "Scans failed.", present.images.failed);
  single(out,
         "portique_image_scans_dropped_total",
         "counter",
         "Scans not queued because the queue was full.",
         present.images.dropped);
  single(out, "portique_certificate_reloads_total", "counter", "Certificates taken.", reloads_);
  single(out,
         "portique_certificate_reload_failures_total",
         "counter",
         "Certificates that could not be used.",
         failed_reloads_);
  if (present.certificate_expires)
    single(out,
           "portique_certificate_expiry_timestamp_seconds",
           "gauge",
           "When the serving certificate ends.",
           static_cast<std::uint64_t>(present.certificate_expires->time_since_epoch().count()));
  single(out,
         "portique_policy_current",
         "gauge",
         "1 if the policy's source holds what serves.",
         present.policy_current ? 1 : 0);
  single(out, "portique_ready", "gauge", "1 if reviews are answered.", present.ready ? 1 : 0);
  return out;
}

} // namespace portique::access::kubernetes
