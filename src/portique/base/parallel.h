#pragma once

// The same work over many items on a few threads.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "portique/base/result.h"

namespace portique::base {

/// Threads that wait for work. In a sandboxed child it is made in WorkerTask::prepare.
class ThreadPool {
public:
  /// Starts `threads` threads beside the caller's own; fewer, or none, where the system refuses.
  explicit ThreadPool(unsigned threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// How many threads were started, the caller not counted.
  [[nodiscard]] std::size_t threads() const;

  /// Calls work(0) to work(count - 1) on the threads and the caller, and returns when all calls
  /// have ended. After a failure no further calls begin; of several failures the one with the
  /// lowest index is returned, whatever the timing. An exception thrown by `work` is thrown here,
  /// by the same rule. One run at a time: another thread's run waits. Not to be called from within
  /// `work`.
  Result<void> run(std::size_t count, const std::function<Result<void>(std::size_t)>& work);

private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The values of work(0) to work(count - 1), in their order, or the error of lowest index.
template <typename T>
Result<std::vector<T>>
collect(ThreadPool& pool, std::size_t count, const std::function<Result<T>(std::size_t)>& work) {
  std::vector<std::optional<T>> slots(count);
  PQ_TRY(pool.run(count, [&](std::size_t index) -> Result<void> {
    slots[index].emplace(PQ_TRY(work(index)));
    return {};
  }));
  std::vector<T> values;
  values.reserve(count);
  for (auto& slot : slots)
    values.push_back(*std::move(slot));
  return values;
}

} // namespace portique::base
