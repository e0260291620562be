#include <atomic>
#include <latch>
#include <new>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/parallel.h"

namespace portique::base {
namespace {

TEST(ThreadPool, CallsEveryIndexOnce) {
  for (const unsigned threads : {0U, 1U, 3U, 8U}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (const std::size_t count : {0U, 1U, 2U, 7U, 1000U}) {
      std::vector<std::atomic<int>> calls(count);
      const auto result = pool.run(count, [&](std::size_t index) -> Result<void> {
        ++calls[index];
        return {};
      });
      ASSERT_TRUE(result.has_value());
      for (std::size_t i = 0; i < count; ++i)
        EXPECT_EQ(calls[i], 1) << "index " << i << " of " << count;
    }
  }
}

TEST(ThreadPool, WorksOnAllThreadsAndTheCallerAtTheSameTime) {
  ThreadPool pool(3);
  std::latch all_here(4); // would wait for ever if fewer than four calls ran at once
  std::mutex mutex;
  std::set<std::thread::id> seen;
  const auto result = pool.run(4, [&](std::size_t) -> Result<void> {
    all_here.arrive_and_wait();
    const std::scoped_lock lock(mutex);
    seen.insert(std::this_thread::get_id());
    return {};
  });
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(seen.size(), 4U);
  EXPECT_TRUE(seen.contains(std::this_thread::get_id()));
}

TEST(ThreadPool, ReturnsTheFailureOfLowestIndexAndStops) {
  ThreadPool pool(3);
  for (int round = 0; round < 200; ++round) {
    std::atomic<std::size_t> calls = 0;
    const auto result = pool.run(10'000, [&](std::size_t index) -> Result<void> {
      ++calls;
      if (index == 3) std::this_thread::yield();
      if (index == 3 || index == 5 || index == 6)
        return fail(Code::Malformed, std::to_string(index));
      return {};
    });
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().message(), "3");
    EXPECT_LT(calls, 10'000U);
  }
}

TEST(ThreadPool, ThrowsInTheCallerWhatTheWorkThrew) {
  ThreadPool pool(2);
  const auto run = [&] {
    return pool.run(8, [](std::size_t index) -> Result<void> {
      if (index == 4) throw std::bad_alloc();
      return {};
    });
  };
  EXPECT_THROW((void)run(), std::bad_alloc);
  EXPECT_TRUE(pool.run(8, [](std::size_t) -> Result<void> { return {}; }).has_value())
      << "the pool goes on after a throw";
}

TEST(ThreadPool, TakesRunsFromSeveralThreads) {
  ThreadPool pool(2);
  std::atomic<int> calls = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i)
      callers.emplace_back([&] {
        for (int round = 0; round < 50; ++round)
          EXPECT_TRUE(pool.run(10,
                               [&](std::size_t) -> Result<void> {
                                 ++calls;
                                 return {};
                               })
                          .has_value());
      });
  }
  EXPECT_EQ(calls, 4 * 50 * 10);
}

TEST(Collect, KeepsTheOrder) {
  ThreadPool pool(3);
  const auto values = collect<std::string>(
      pool, 100, [](std::size_t index) -> Result<std::string> { return std::to_string(index); });
  ASSERT_TRUE(values.has_value());
  ASSERT_EQ(values->size(), 100U);
  for (std::size_t i = 0; i < 100; ++i)
    EXPECT_EQ((*values)[i], std::to_string(i));
}

TEST(Collect, FailsAsAWhole) {
  ThreadPool pool(1);
  const auto values = collect<int>(pool, 10, [](std::size_t index) -> Result<int> {
    if (index == 9) return fail(Code::NotFound, "nine");
    return static_cast<int>(index);
  });
  ASSERT_FALSE(values.has_value());
  EXPECT_EQ(values.error().code(), Code::NotFound);
}

} // namespace
} // namespace portique::base
