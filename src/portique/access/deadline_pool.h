#pragma once

// Work that must not keep its caller waiting: an engine that hangs, a disk that does not answer.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace portique::access {

class DeadlinePool {
public:
  explicit DeadlinePool(std::size_t threads);
  /// Waits for what runs; what waits is not begun.
  ~DeadlinePool();
  DeadlinePool(const DeadlinePool&) = delete;
  DeadlinePool& operator=(const DeadlinePool&) = delete;

  /// Runs the work on a thread of the pool. False if it was not done at `deadline`: it may run on,
  /// or never begin, so it owns all that it touches. From any thread.
  bool run(std::function<void()> work, std::chrono::steady_clock::time_point deadline);

private:
  struct Job {
    std::function<void()> work;
    std::mutex mutex;
    std::condition_variable done_changed;
    bool done = false;
    bool abandoned = false;
  };

  void serve(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any waiting_changed_;
  std::deque<std::shared_ptr<Job>> waiting_; ///< shared with the caller, who may give up first
  std::vector<std::jthread> threads_;
};

} // namespace portique::access
