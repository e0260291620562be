#pragma once

// A scheduler that one thread serves at a time. Work that is usually quick is done right on it,
// because handing it to another thread and back would cost more than most of it takes; if it is
// slow for once, another thread takes the lane over meanwhile. Includes Boost.Asio.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/defer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace portique::http {

class LaneWatch;

class Lane {
public:
  using Clock = std::chrono::steady_clock;

  /// The watch must outlive the lane.
  explicit Lane(LaneWatch& watch) : watch_(watch) {}

  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  boost::asio::io_context& context() { return context_; }

  /// Begins to serve. Once only.
  void start();

  void stop() { context_.stop(); }

  /// After stop() and the end of the watch: waits for work that is still being done.
  void join();

  /// When as many threads are stuck as may be.
  enum class WhenFull : std::uint8_t {
    Refuse, ///< at once, so that the lane goes on
    Wait,   ///< for what must not be left out
  };

  /// For a coroutine of this lane: what `work()` returns, which must not throw; nothing if that
  /// takes longer than `limit`, or could not be begun. Work that is late goes on alone: it must own
  /// what it touches. It must not be a temporary: g++ 12 destroys captures of one in an awaited
  /// expression twice.
  template <typename Outcome, typename Work>
  boost::asio::awaitable<std::optional<Outcome>>
  run(std::chrono::milliseconds limit, Work work, WhenFull when_full = WhenFull::Refuse);

private:
  friend class LaneWatch;

  /// Which of the lane's threads serves it: the latest.
  using Turn = std::uint64_t;

  /// A coroutine that waits for work. Shared by what may go on first: the work, or a timer.
  template <typename Outcome, typename Handler>
  struct Waiting : std::enable_shared_from_this<Waiting<Outcome, Handler>> {
    explicit Waiting(Handler given) : handler(std::move(given)) {}

    void finish(std::optional<Outcome> outcome) {
      if (!handler) return;
      if (timer) timer->cancel();
      Handler once = *std::exchange(handler, std::nullopt);
      std::move(once)(std::move(outcome));
    }

    /// On the lane's new thread.
    void give_up_after(boost::asio::io_context& context, std::chrono::milliseconds limit) {
      timer.emplace(context, limit);
      timer->async_wait([self = this->shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->finish(std::nullopt);
      });
    }

    std::optional<Handler> handler;
    std::optional<boost::asio::steady_timer> timer;
  };

  struct Server {
    std::thread thread;
    std::atomic<bool> has_ended = false;
  };

  /// `relieved` is called on the lane's new thread if the work turns out to be slow. Nothing if
  /// there could be no such thread, and the work must not wait.
  std::optional<Turn> begin_work(std::function<void()> relieved, WhenFull when_full);
  void forget_ended_servers();
  /// Whether the lane still belongs to the thread that did the work.
  bool end_work(Turn turn);
  void serve(Server& self, Turn turn);
  void add_server();
  /// Gives the lane to a new thread if the present one has worked for too long. By the watch.
  void relieve(Clock::time_point now);
  [[nodiscard]] bool is_working() const;

  LaneWatch& watch_;
  boost::asio::io_context context_; ///< with wake-ups: it may have two threads for a moment
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_guard_ =
      boost::asio::make_work_guard(context_);
  mutable std::mutex mutex_;
  std::atomic<Turn> turn_ = 0;                   ///< written under the mutex
  std::optional<Clock::time_point> began_;       ///< the present thread's work; under the mutex
  std::function<void()> relieved_;               ///< the same
  std::vector<std::unique_ptr<Server>> servers_; ///< under the mutex
};

/// Looks now and then for lanes whose thread is stuck, as long as any of them works.
class LaneWatch {
public:
  /// Until end().
  void run(std::span<Lane* const> lanes);
  void end();

  /// From any thread, when work begins.
  void note_work() {
    if (is_asleep_.load()) wake();
  }

private:
  void wake();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> is_asleep_ = false; ///< written under the mutex
  bool has_ended_ = false;
};

template <typename Outcome, typename Work>
boost::asio::awaitable<std::optional<Outcome>>
Lane::run(std::chrono::milliseconds limit, Work work, WhenFull when_full) {
  namespace asio = boost::asio;
  // Called when the coroutine waits, so that whoever has the lane by then can take it up again:
  // this function itself lives in the coroutine, and looks at nothing of its own behind the work.
  auto initiation = [this, limit, when_full](auto handler,
                                             Work todo) { // NOLINT(*-value-param): it owns it
    Lane& lane = *this;
    const auto waiting = std::make_shared<Waiting<Outcome, decltype(handler)>>(std::move(handler));
    // Not here: whoever spawned this coroutine stands behind us on the stack, and would go on
    // beside the lane's next thread when the work is done at last.
    asio::defer(
        lane.context_, [&lane, waiting, limit, when_full, todo = std::move(todo)]() mutable {
          const auto turn = lane.begin_work(
              [&lane, waiting, limit] { waiting->give_up_after(lane.context_, limit); }, when_full);
          if (!turn) return waiting->finish(std::nullopt);
          auto outcome = todo();
          if (lane.end_work(*turn)) return waiting->finish(std::move(outcome));
          asio::post(lane.context_, [waiting, outcome = std::move(outcome)]() mutable {
            waiting->finish(std::move(outcome));
          });
        });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&,
                                          void(std::optional<Outcome>)>(
      std::move(initiation), asio::use_awaitable, std::move(work));
}

} // namespace portique::http
