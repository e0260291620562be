#pragma once

// A trail and a book of owners in memory, and requests, for tests of the gatekeeper.

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "portique/access/audit/trail.h"
#include "portique/access/docker/engine_request.h"
#include "portique/access/owner_book.h"

namespace portique::access {

class FakeTrail final : public Trail {
public:
  base::Result<std::uint64_t> append(AuditEvent event) override {
    const std::scoped_lock lock(mutex_);
    std::this_thread::sleep_for(delay_.load());
    if (full_) return base::fail(base::Code::Io, "no space left on device");
    events_.push_back(std::move(event));
    return events_.size();
  }

  std::vector<AuditEvent> events() {
    const std::scoped_lock lock(mutex_);
    return events_;
  }

  std::atomic<bool> full_ = false;
  std::atomic<std::chrono::milliseconds> delay_{};

private:
  std::mutex mutex_;
  std::vector<AuditEvent> events_;
};

class FakeOwners final : public OwnerBook {
public:
  base::Result<void>
  record(ResourceKind kind, std::string_view id, std::string_view owner) override {
    const std::scoped_lock lock(mutex_);
    owners_.try_emplace({kind, std::string(id)}, owner);
    return {};
  }

  base::Result<void> forget(ResourceKind kind, std::string_view id) override {
    const std::scoped_lock lock(mutex_);
    owners_.erase({kind, std::string(id)});
    return {};
  }

  base::Result<std::string> owner(ResourceKind kind, std::string_view id) override {
    const std::scoped_lock lock(mutex_);
    const auto found = owners_.find({kind, std::string(id)});
    return found == owners_.end() ? "" : found->second;
  }

private:
  std::mutex mutex_;
  std::map<std::pair<ResourceKind, std::string>, std::string> owners_;
};

inline EngineRequest request(std::string method, std::string target, std::string body = "") {
  EngineRequest made;
  made.method = std::move(method);
  made.target = std::move(target);
  if (!body.empty()) {
    made.headers = {{"Content-Type", "application/json"}};
    made.body_state = BodyState::Whole;
    made.body = std::move(body);
  }
  return made;
}

} // namespace portique::access
