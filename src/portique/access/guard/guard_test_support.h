#pragma once

// A guard that runs in a thread of the test, in front of any engine, with a judge that does what
// the test says.

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "portique/access/guard/guard.h"
#include "portique/base/file.h"

namespace portique::access {

/// Allows everything unless it is told otherwise, and remembers what it was asked.
class StandInJudge final : public Judge {
public:
  std::function<bool(const EngineRequest&)> allows = [](const EngineRequest&) { return true; };
  std::function<bool(const EngineRequest&)> wants = [](const EngineRequest& head) {
    return head.target.find("/create") != std::string::npos ||
           head.target.find("/start") != std::string::npos;
  };
  bool wants_answers = false;

  std::chrono::milliseconds limit{10'000};

  [[nodiscard]] std::chrono::milliseconds deadline() const override { return limit; }

  bool may_ask_engine(const EngineRequest&) override { return false; }

  Ruling judge(Gate, const EngineRequest& request, const Identity& caller) override {
    Ruling ruling;
    ruling.decision.allow = allows(request);
    ruling.decision.reason = "the test says no";
    ruling.wants_answer = wants_answers;
    ruling.changes = wants_answers;
    const std::scoped_lock lock(mutex_);
    asked_.push_back(request);
    caller_ = caller;
    return ruling;
  }

  Ruling judge_stream(Gate gate,
                      const EngineRequest& request,
                      std::string_view,
                      const WorkloadFacts&,
                      const Identity& caller) override {
    return judge(gate, request, caller);
  }

  bool wants_body(const EngineRequest& head) override { return wants(head); }

  void completed(const Ruling&, const Identity&, int status, std::string_view body) override {
    const std::scoped_lock lock(mutex_);
    completed_.emplace_back(status, body);
  }

  std::vector<EngineRequest> asked() {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

  std::vector<std::pair<int, std::string>> completed_calls() {
    const std::scoped_lock lock(mutex_);
    return completed_;
  }

  Identity caller() {
    const std::scoped_lock lock(mutex_);
    return caller_;
  }

private:
  std::mutex mutex_;
  std::vector<EngineRequest> asked_;
  std::vector<std::pair<int, std::string>> completed_;
  Identity caller_;
};

/// A guard and the thread that it runs on.
class RunningGuard {
public:
  /// Without an endpoint of their own the options get a Unix socket in a folder of this object.
  RunningGuard(GuardOptions options, Judge& judge, InspectStream inspect = {}) {
    if (auto* local = std::get_if<http::UnixEndpoint>(&options.endpoint);
        local != nullptr && local->path.empty())
      local->path = socket();
    auto guard = Guard::listen(options, judge, std::move(inspect));
    if (!guard) {
      ADD_FAILURE() << guard.error().text();
      return;
    }
    guard_ = *std::move(guard);
    thread_ = std::jthread([this] { EXPECT_TRUE(guard_->run()); });
  }

  ~RunningGuard() { stop(); }

  RunningGuard(const RunningGuard&) = delete;
  RunningGuard& operator=(const RunningGuard&) = delete;

  void stop() {
    if (!thread_.joinable()) return;
    guard_->stop();
    thread_.join();
  }

  [[nodiscard]] std::filesystem::path socket() const { return folder_.path() / "guard.sock"; }

  Guard& guard() { return *guard_; }

private:
  base::TempDir folder_ = *base::TempDir::create("portique-guard");
  std::unique_ptr<Guard> guard_;
  std::jthread thread_;
};

} // namespace portique::access
