#include "portique/access/deadline_pool.h"

#include <algorithm>
#include <utility>

namespace portique::access {

DeadlinePool::DeadlinePool(std::size_t threads) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { serve(stop); });
}

DeadlinePool::~DeadlinePool() {
  for (std::jthread& thread : threads_)
    thread.request_stop();
  waiting_changed_.notify_all();
  threads_.clear(); // joins
}

bool DeadlinePool::run(std::function<void()> work, std::chrono::steady_clock::time_point deadline) {
  const auto job = std::make_shared<Job>();
  job->work = std::move(work);
  {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(job);
  }
  waiting_changed_.notify_one();
  std::unique_lock lock(job->mutex);
  const bool done = job->done_changed.wait_until(lock, deadline, [&] { return job->done; });
  job->abandoned = !done;
  return done;
}

void DeadlinePool::serve(const std::stop_token& stop) {
  while (true) {
    std::shared_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      if (!waiting_changed_.wait(lock, stop, [&] { return !waiting_.empty(); })) return;
      if (stop.stop_requested()) return;
      job = std::move(waiting_.front());
      waiting_.pop_front();
    }
    {
      // Nobody waits any more for what waited too long itself.
      const std::scoped_lock lock(job->mutex);
      if (job->abandoned) continue;
    }
    job->work();
    {
      const std::scoped_lock lock(job->mutex);
      job->done = true;
    }
    job->done_changed.notify_one();
  }
}

} // namespace portique::access
