#pragma once

// The sandboxed child in which all bytes of an image are parsed. It is forked off, gives up what
// lockdown.h lists, and then talks to the parent over one channel. Whatever happens in it becomes
// one Error in the parent.
//
// Mandatory everywhere: closed descriptors, no capabilities, no new privileges, resource limits,
// the system-call filter. Landlock is mandatory where the kernel has it. Where a mandatory part
// cannot be applied nothing is parsed, unless the options allow that.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "portique/base/channel.h"
#include "portique/base/fd.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::base {

/// What the task finds in the child. Borrowed for the time of the call.
struct WorkerContext {
  Channel& channel;
  /// A file in memory for what is too large for the child's own memory; pread and pwrite only,
  /// pages of it do not count as the child's. Invalid if WorkerOptions::spool_bytes is 0.
  const Fd& spool;
};

struct WorkerTask {
  /// May be empty. Runs in the child behind Landlock and the limits, before the system-call filter:
  /// the place to start threads (they must only wait) and to warm up libraries. It cannot open
  /// files any more; what needs them is done by the parent before start().
  std::function<void()> prepare;
  /// The work. Its Error becomes the parent's; std::bad_alloc and std::length_error become
  /// Code::LimitExceeded.
  std::function<Result<void>(WorkerContext&)> run;
};

struct WorkerOptions {
  std::string name = "portique-reader"; ///< of the process, at most 15 characters
  /// Address space that the child may add to what it inherits.
  std::uint64_t memory_bytes = Limits{}.worker_memory_bytes;
  std::chrono::seconds cpu_time{Limits{}.worker_seconds};
  /// From start() on; enforced by the parent whenever it waits for the child.
  std::chrono::milliseconds wall_time = std::chrono::seconds(Limits{}.worker_seconds);
  /// Descriptors that the child keeps under the same numbers, all above 2; they stay the caller's.
  std::vector<int> keep;
  /// Descriptors that the child can have open at a time beyond the highest that it starts with.
  std::uint64_t received_descriptors = 64;
  /// Largest size of the spool; 0 for none.
  std::uint64_t spool_bytes = 0;
  /// Goes on where the kernel has no system-call filter, or refuses a protection.
  bool allow_unconfined = false;
};

/// Message types from here on are the sandbox's own.
inline constexpr std::uint32_t kFirstReservedType = 0xFFFF'0000;

/// A running child, from the parent's side. It is killed when its Worker goes, when the parent
/// dies, and when the thread that started it ends: that thread has to outlive it.
class Worker {
public:
  /// Forks and returns when the child is confined and has run `prepare`. To be called early:
  /// a child inherits the memory of the parent, secrets included.
  static Result<Worker> start(WorkerTask task, WorkerOptions options);

  ~Worker();
  Worker(Worker&& other) noexcept;
  Worker& operator=(Worker&& other) noexcept;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Sends a message to the child, from any thread. If the child is gone: the reason, as receive()
  /// gives it.
  Result<void> send(std::uint32_t type, Bytes payload, const Fd* fd = nullptr);

  /// The next message of the child. If there is none, the reason: the Error that the task returned,
  /// the limit that it hit, the signal that it died of. Code::Timeout after the wall time.
  Result<Message> receive(std::uint64_t payload_limit);

  /// Waits for the end of the task and of the process: what the task returned, or why it died.
  Result<void> finish();

  [[nodiscard]] int pid() const;

private:
  struct State;
  explicit Worker(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

} // namespace portique::base
