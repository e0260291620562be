#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "portique/http/lane.h"

namespace portique::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A lane that is served and watched.
class LaneTest : public testing::Test {
public:
  LaneTest() {
    lane_.start();
    watching_ = std::jthread([this] {
      Lane* const lanes[] = {&lane_};
      watch_.run(lanes);
    });
  }

  ~LaneTest() override {
    watch_.end();
    watching_.join();
    lane_.stop();
    lane_.join();
  }

protected:
  /// What work gave, and the thread that its coroutine ran on afterwards.
  template <typename Work>
  std::future<std::pair<std::optional<int>, std::thread::id>> begin(std::chrono::milliseconds limit,
                                                                    Work work) {
    auto promise = std::make_shared<std::promise<std::pair<std::optional<int>, std::thread::id>>>();
    auto future = promise->get_future();
    asio::co_spawn(lane_.context(), run(lane_, limit, std::move(work), promise), asio::detached);
    return future;
  }

  LaneWatch watch_;
  Lane lane_{watch_};
  std::jthread watching_;

private:
  template <typename Work, typename Promise>
  static asio::awaitable<void>
  run(Lane& lane, std::chrono::milliseconds limit, Work work, std::shared_ptr<Promise> promise) {
    auto outcome = co_await lane.run<int>(limit, std::move(work));
    promise->set_value({outcome, std::this_thread::get_id()});
  }
};

TEST_F(LaneTest, DoesQuickWorkWhereItIs) {
  std::thread::id worker;
  auto quick = begin(5s, [&] {
    worker = std::this_thread::get_id();
    return 7;
  });
  const auto [outcome, thread] = quick.get();
  EXPECT_EQ(outcome, 7);
  EXPECT_EQ(thread, worker);
}

TEST_F(LaneTest, GoesOnWhileSomeWorkIsStuck) {
  std::promise<void> release;
  auto stuck = begin(10s, [freed = release.get_future().share()] {
    freed.wait();
    return 1;
  });
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(begin(10s, [i] { return i; }).get().first, i);
  EXPECT_EQ(stuck.wait_for(0s), std::future_status::timeout);
  release.set_value();
  EXPECT_EQ(stuck.get().first, 1);
}

TEST_F(LaneTest, GivesUpWorkThatTakesTooLong) {
  std::promise<void> release;
  auto late = begin(100ms, [freed = release.get_future().share()] {
    freed.wait();
    return 1;
  });
  EXPECT_EQ(late.get().first, std::nullopt);
  release.set_value();
  EXPECT_EQ(begin(10s, [] { return 2; }).get().first, 2);
}

TEST_F(LaneTest, StandsManyStuckOnesAfterTheWatchHasSlept) {
  std::this_thread::sleep_for(1500ms); // longer than the watch looks for work
  std::promise<void> release;
  const std::shared_future<void> freed = release.get_future().share();
  std::vector<std::future<std::pair<std::optional<int>, std::thread::id>>> stuck;
  for (int i = 0; i < 8; ++i)
    stuck.push_back(begin(20s, [freed, i] {
      freed.wait();
      return i;
    }));
  EXPECT_EQ(begin(20s, [] { return 99; }).get().first, 99);
  release.set_value();
  for (int i = 0; i < 8; ++i)
    EXPECT_EQ(stuck[static_cast<std::size_t>(i)].get().first, i);
}

TEST_F(LaneTest, LeavesWhoeverBeganTheCoroutineAlone) {
  std::promise<void> release;
  std::atomic<std::thread::id> spawner;
  std::promise<std::thread::id> went_on;
  // As a connection that is served by what accepts it.
  asio::post(lane_.context(), [&, freed = release.get_future().share()] {
    spawner = std::this_thread::get_id();
    (void)begin(20s, [freed] {
      freed.wait();
      return 1;
    });
    went_on.set_value(std::this_thread::get_id());
  });
  auto next = went_on.get_future();
  const auto status = next.wait_for(5s);
  release.set_value();
  ASSERT_EQ(status, std::future_status::ready);
  EXPECT_EQ(next.get(), spawner.load());
}

TEST_F(LaneTest, RefusesWorkWhenAsManyAreStuckAsMayBe) {
  std::promise<void> release;
  const std::shared_future<void> freed = release.get_future().share();
  constexpr std::size_t kStuck = 100;
  std::vector<std::future<std::pair<std::optional<int>, std::thread::id>>> all;
  for (std::size_t i = 0; i < kStuck; ++i)
    all.push_back(begin(60s, [freed] {
      freed.wait();
      return 1;
    }));
  // The last ones were told at once that there is no room, and the lane still does what it is for.
  EXPECT_EQ(all.back().get().first, std::nullopt);
  std::promise<void> served;
  asio::post(lane_.context(), [&] { served.set_value(); });
  EXPECT_EQ(served.get_future().wait_for(5s), std::future_status::ready);
  release.set_value();
  for (std::size_t i = 0; i + 1 < kStuck; ++i) {
    const auto outcome = all[i].get().first;
    EXPECT_EQ(outcome, i < 63 ? std::optional(1) : std::nullopt) << i;
  }
  // There is room again.
  EXPECT_EQ(begin(10s, [] { return 2; }).get().first, 2);
}

} // namespace
} // namespace portique::http
