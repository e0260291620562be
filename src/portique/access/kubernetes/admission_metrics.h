#pragma once

// What /metrics shows, in Prometheus' text form (version 0.0.4).

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "portique/access/kubernetes/image_verdicts.h"
#include "portique/base/time.h"

namespace portique::access::kubernetes {

enum class Endpoint : std::uint8_t { Validate, Mutate };
enum class Outcome : std::uint8_t { Allowed, Denied, Unreadable, Failed };

/// Counted by many threads at a time.
class AdmissionMetrics {
public:
  void count(Endpoint endpoint, Outcome outcome, std::chrono::nanoseconds took);

  void count_warnings(std::uint64_t warnings) { warnings_ += warnings; }

  void count_patch() { ++patches_; }

  void count_dry_run() { ++dry_runs_; }

  void count_reload(bool worked) { ++(worked ? reloads_ : failed_reloads_); }

  struct Present {
    ImageVerdictCounts images;
    std::optional<base::Time> certificate_expires;
    bool policy_current = true; ///< the policy's source holds what serves
    bool ready = true;
  };

  [[nodiscard]] std::string text(const Present& present) const;

private:
  static constexpr std::size_t kEndpoints = 2;
  static constexpr std::size_t kOutcomes = 4;
  /// Upper bounds in microseconds; the last bucket has none.
  static constexpr std::array<std::uint64_t, 11> kBounds{
      250, 500, 1'000, 2'500, 5'000, 10'000, 50'000, 100'000, 500'000, 1'000'000, 5'000'000};

  std::array<std::array<std::atomic<std::uint64_t>, kOutcomes>, kEndpoints> outcomes_{};
  std::array<std::array<std::atomic<std::uint64_t>, kBounds.size() + 1>, kEndpoints> buckets_{};
  std::array<std::atomic<std::uint64_t>, kEndpoints> nanoseconds_{};
  std::atomic<std::uint64_t> warnings_ = 0;
  std::atomic<std::uint64_t> patches_ = 0;
  std::atomic<std::uint64_t> dry_runs_ = 0;
  std::atomic<std::uint64_t> reloads_ = 0;
  std::atomic<std::uint64_t> failed_reloads_ = 0;
};

} // namespace portique::access::kubernetes
