#include "portique/http/lane.h"

#include <algorithm>
#include <csignal>

namespace portique::http {

namespace {

/// Work beyond this waits for a disk or for an engine. A machine that is merely busy stays below.
constexpr std::chrono::milliseconds kStuck{50};
constexpr std::chrono::milliseconds kLook{25};
/// Looks in a row that found no work before the watch sleeps.
constexpr int kQuietLooks = 40;
/// Threads of one lane, all but one of which may be stuck at a time.
constexpr std::size_t kMostServers = 64;

/// TLS writes with write(2), which has no MSG_NOSIGNAL.
void block_pipe_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

} // namespace

Lane::~Lane() {
  stop();
  join();
}

void Lane::join() {
  for (const auto& server : servers_)
    if (server->thread.joinable()) server->thread.join();
}

void Lane::start() {
  const std::scoped_lock lock(mutex_);
  add_server();
}

/// Under the mutex.
void Lane::add_server() {
  Server& server = *servers_.emplace_back(std::make_unique<Server>());
  server.thread = std::thread([this, &server, turn = turn_.load()] { serve(server, turn); });
}

void Lane::serve(Server& self, Turn turn) {
  block_pipe_signal();
  while (turn_.load() == turn && context_.run_one() > 0) {
  }
  self.has_ended = true;
}

std::optional<Lane::Turn> Lane::begin_work(std::function<void()> relieved, WhenFull when_full) {
  Turn turn = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (servers_.size() >= kMostServers && when_full == WhenFull::Refuse) {
      forget_ended_servers();
      if (servers_.size() >= kMostServers) return std::nullopt;
    }
    began_ = Clock::now();
    relieved_ = std::move(relieved);
    turn = turn_.load();
  }
  watch_.note_work();
  return turn;
}

bool Lane::end_work(Turn turn) {
  const std::scoped_lock lock(mutex_);
  if (turn_.load() != turn) return false;
  began_.reset();
  relieved_ = nullptr;
  return true;
}

bool Lane::is_working() const {
  const std::scoped_lock lock(mutex_);
  return began_.has_value();
}

/// Under the mutex.
void Lane::forget_ended_servers() {
  std::erase_if(servers_, [](const std::unique_ptr<Server>& server) {
    if (!server->has_ended) return false;
    server->thread.join();
    return true;
  });
}

void Lane::relieve(Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  forget_ended_servers();
  if (!began_ || now - *began_ < kStuck || servers_.size() >= kMostServers) return;
  began_.reset();
  ++turn_;
  boost::asio::post(context_, std::exchange(relieved_, nullptr));
  add_server();
}

void LaneWatch::run(std::span<Lane* const> lanes) {
  const auto is_working = [](const Lane* lane) { return lane->is_working(); };
  int quiet = 0;
  std::unique_lock lock(mutex_);
  while (!has_ended_) {
    changed_.wait_for(lock, kLook, [&] { return has_ended_; });
    quiet = std::ranges::any_of(lanes, is_working) ? 0 : quiet + 1;
    for (Lane* lane : lanes)
      lane->relieve(Lane::Clock::now());
    if (quiet < kQuietLooks) continue;
    is_asleep_ = true;
    // Work that began before it could see that we sleep.
    if (!std::ranges::any_of(lanes, is_working))
      changed_.wait(lock, [&] { return has_ended_ || !is_asleep_; });
    is_asleep_ = false;
    quiet = 0;
  }
}

void LaneWatch::wake() {
  {
    const std::scoped_lock lock(mutex_);
    is_asleep_ = false;
  }
  changed_.notify_all();
}

void LaneWatch::end() {
  {
    const std::scoped_lock lock(mutex_);
    has_ended_ = true;
  }
  changed_.notify_all();
}

} // namespace portique::http
