#pragma once

// Work that may wait (for a disk, for an engine) is done on other threads than those that move
// bytes. Includes Boost.Asio.

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace portique::http {

/// What `work()` returns, which must not throw; nothing if that takes longer than `limit`. Work
/// that is late, or whose coroutine was cancelled, goes on alone: it must own what it touches.
/// `work` must not be a temporary: g++ 12 destroys captures of one in an awaited expression twice.
template <typename Outcome, typename Work>
boost::asio::awaitable<std::optional<Outcome>>
run_elsewhere(boost::asio::thread_pool& threads, std::chrono::milliseconds limit, Work work) {
  namespace asio = boost::asio;

  struct Exchange {
    explicit Exchange(const asio::any_io_executor& executor) : ready(executor) {}

    asio::steady_timer ready; ///< cancelled when the outcome is there
    std::optional<Outcome> outcome;
  };

  const auto here = co_await asio::this_coro::executor;
  // Shared by the coroutine and the work: either may be gone first.
  const auto exchange = std::make_shared<Exchange>(here);
  exchange->ready.expires_after(limit);
  asio::post(threads, [exchange, here, work = std::move(work)]() mutable {
    asio::post(here, [exchange, outcome = work()]() mutable {
      exchange->outcome.emplace(std::move(outcome));
      exchange->ready.cancel();
    });
  });
  boost::system::error_code ignored;
  co_await exchange->ready.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  co_return std::move(exchange->outcome);
}

} // namespace portique::http
