#include "portique/base/parallel.h"

// One job at a time is published under a mutex; threads and the caller take indices from a counter
// of the job until it is used up. Indices are handed out in ascending order, so when one fails all
// lower ones have begun and will be waited for: the lowest failure does not depend on timing.

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>

namespace portique::base {

namespace {

struct Failure {
  std::size_t index = 0;
  std::optional<Error> error;
  std::exception_ptr exception;
};

} // namespace

struct ThreadPool::State {
  std::mutex running; ///< held for the length of a run

  std::mutex mutex; ///< guards all below
  std::condition_variable_any work_waits;
  std::condition_variable_any work_ended;
  const std::function<Result<void>(std::size_t)>* work = nullptr;
  std::size_t next = 0;
  std::size_t count = 0;
  std::size_t busy = 0; ///< calls that have begun and not ended
  std::optional<Failure> failure;

  std::vector<std::jthread> threads; ///< last, so that they are joined before the rest goes

  [[nodiscard]] bool has_work() const { return work != nullptr && next < count; }

  /// Takes indices until there are none; `lock` is held on entry and exit.
  void take_part(std::unique_lock<std::mutex>& lock) {
    while (has_work()) {
      const std::size_t index = next++;
      const auto* call = work;
      ++busy;
      lock.unlock();
      auto failed = attempt(*call, index);
      lock.lock();
      --busy;
      if (failed) {
        next = count;
        if (!failure || failed->index < failure->index) failure = std::move(failed);
      }
    }
    if (busy == 0) work_ended.notify_all();
  }

  static std::optional<Failure> attempt(const std::function<Result<void>(std::size_t)>& call,
                                        std::size_t index) {
    try {
      auto result = call(index);
      if (result) return std::nullopt;
      return Failure{index, std::move(result).error(), nullptr};
    } catch (...) { // thrown again by run()
      return Failure{index, std::nullopt, std::current_exception()};
    }
  }

  void serve(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (work_waits.wait(lock, stop, [this] { return has_work(); }))
      take_part(lock);
  }
};

ThreadPool::ThreadPool(unsigned threads) : state_(std::make_unique<State>()) {
  state_->threads.reserve(threads);
  try {
    for (unsigned i = 0; i < threads; ++i)
      state_->threads.emplace_back(
          [state = state_.get()](const std::stop_token& stop) { state->serve(stop); });
  } catch (const std::system_error&) { // no more threads to be had: the work takes longer
    return;
  }
}

ThreadPool::~ThreadPool() = default;

std::size_t ThreadPool::threads() const {
  return state_->threads.size();
}

Result<void> ThreadPool::run(std::size_t count,
                             const std::function<Result<void>(std::size_t)>& work) {
  const std::scoped_lock one_run(state_->running);
  std::unique_lock lock(state_->mutex);
  state_->work = &work;
  state_->next = 0;
  state_->count = count;
  state_->failure.reset();
  state_->work_waits.notify_all();
  state_->take_part(lock);
  state_->work_ended.wait(lock, [this] { return state_->busy == 0 && !state_->has_work(); });
  state_->work = nullptr;
  const auto failure = std::exchange(state_->failure, std::nullopt);
  lock.unlock();
  if (!failure) return {};
  if (failure->exception) std::rethrow_exception(failure->exception);
  return std::unexpected(*failure->error);
}

} // namespace portique::base
