#pragma once

// Whether work that may wait can be done where it is: handing it to another thread and back costs
// more than most of it takes.

#include <atomic>
#include <chrono>

namespace portique::access {

/// For any number of threads. As long as work is quick it may be done at once; after it was slow
/// once, it must be done elsewhere for a while.
class QuickWork {
public:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] bool is_quick() const {
    return Clock::now().time_since_epoch().count() >= slow_until_.load(std::memory_order_relaxed);
  }

  void took(Clock::duration time) {
    if (time < kSlow) return;
    slow_until_.store((Clock::now() + kWhile).time_since_epoch().count(),
                      std::memory_order_relaxed);
  }

private:
  /// A disk or an engine that does not answer. A machine that is merely busy stays below: there
  /// the trips between threads would make it worse.
  static constexpr std::chrono::milliseconds kSlow{50};
  static constexpr std::chrono::seconds kWhile{5};

  std::atomic<Clock::rep> slow_until_ = Clock::time_point::min().time_since_epoch().count();
};

} // namespace portique::access
