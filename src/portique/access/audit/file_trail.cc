#include "portique/access/audit/file_trail.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

namespace portique::access {

using std::chrono::steady_clock;

namespace {

/// Lines of one write(2): what a burst brings, and few enough to be built in a millisecond.
constexpr std::size_t kBatch = 512;
/// Lines that may wait. A gate has some thousand requests at a time; beyond it stands still.
constexpr std::size_t kQueue = 65'536;

enum class Stage : std::uint8_t { Queued, Writing, Done, GivenUp };

/// One caller of append(). Shared by the caller and the writer, as either may be done first.
struct Waiting {
  std::string members;
  Stage stage = Stage::Queued;
  base::Result<std::uint64_t> result = 0;
  std::condition_variable done;
};

} // namespace

struct FileTrail::State {
  TrailOptions options;
  std::unique_ptr<TrailWriter> writer; ///< of the writing thread
  mutable std::mutex mutex;
  // All below is guarded by the mutex.
  std::condition_variable wake;
  std::condition_variable sync_wake;
  std::deque<std::shared_ptr<Waiting>> queue;
  std::vector<std::uint64_t> late;
  TrailCounts counts;
  std::uint64_t unreported = 0; ///< refusals that no line tells of yet
  base::Time unreported_since;
  std::string sync_error;
  bool is_stopping = false;
  std::thread writing;
  std::thread syncing;

  base::Result<std::uint64_t> append(std::string members);
  base::Result<std::uint64_t> refuse(base::Error why);
  void run();
  void write_some(std::unique_lock<std::mutex>& lock);
  std::vector<std::string> take_notes();
  void settle(const std::vector<std::shared_ptr<Waiting>>& batch,
              std::size_t notes,
              const base::Result<std::uint64_t>& first);
  void sync_now_and_then();
};

base::Result<std::uint64_t> FileTrail::State::append(std::string members) {
  const auto until = steady_clock::now() + options.deadline;
  const auto waiting = std::make_shared<Waiting>();
  waiting->members = std::move(members);
  std::unique_lock lock(mutex);
  if (is_stopping) return refuse({base::Code::Io, "the trail is closed"});
  if (queue.size() >= kQueue)
    return refuse({base::Code::LimitExceeded, "too many lines wait for the trail"});
  queue.push_back(waiting);
  if (queue.size() == 1) wake.notify_one();
  waiting->done.wait_until(lock, until, [&] { return waiting->stage == Stage::Done; });
  if (waiting->stage == Stage::Done) {
    if (!waiting->result) return refuse(std::move(waiting->result).error());
    return waiting->result;
  }
  if (waiting->stage == Stage::Queued) std::erase(queue, waiting);
  waiting->stage = Stage::GivenUp;
  return refuse(
      {base::Code::Timeout,
       fmt::format("the trail did not take the line within {} ms", options.deadline.count())});
}

base::Result<std::uint64_t> FileTrail::State::refuse(base::Error why) {
  if (unreported++ == 0) unreported_since = options.clock();
  ++counts.refused;
  counts.last_error = why.text();
  return std::unexpected(std::move(why));
}

void FileTrail::State::run() {
  std::unique_lock lock(mutex);
  while (true) {
    const auto pending = [&] { return is_stopping || !queue.empty() || !late.empty(); };
    if (const auto due = writer->due())
      wake.wait_until(lock, *due, pending);
    else if (options.file_age.count() > 0)
      wake.wait_for(lock, std::chrono::seconds(1), pending);
    else
      wake.wait(lock, pending);
    if (is_stopping && queue.empty()) break;
    if (pending()) {
      write_some(lock);
      continue;
    }
    lock.unlock();
    const auto tended = writer->tend();
    lock.lock();
    counts.heads = writer->heads();
    if (tended) continue;
    // The disk is full or gone: no reason to ask again at once.
    wake.wait_for(lock, std::chrono::milliseconds(200), pending);
  }
  const std::vector<std::string> notes = take_notes();
  lock.unlock();
  if (!notes.empty()) {
    const std::vector<std::string_view> lines(notes.begin(), notes.end());
    (void)writer->write(lines);
  }
  (void)writer->finish();
}

/// Lines about the trail itself that are due.
std::vector<std::string> FileTrail::State::take_notes() {
  std::vector<std::string> notes;
  for (const std::uint64_t number : late)
    notes.push_back(LineMembers("late")
                        .time("time", options.clock())
                        .number("entry", static_cast<std::int64_t>(number))
                        .text("reason", "its caller had given up and was refused")
                        .bytes());
  if (unreported > 0)
    notes.push_back(LineMembers("refused")
                        .time("time", options.clock())
                        .number("count", static_cast<std::int64_t>(unreported))
                        .time("since", unreported_since)
                        .text("reason", counts.last_error)
                        .bytes());
  if (!sync_error.empty())
    notes.push_back(
        LineMembers("recovered").time("time", options.clock()).text("reason", sync_error).bytes());
  return notes;
}

void FileTrail::State::write_some(std::unique_lock<std::mutex>& lock) {
  std::vector<std::shared_ptr<Waiting>> batch;
  while (!queue.empty() && batch.size() < kBatch) {
    queue.front()->stage = Stage::Writing;
    batch.push_back(std::move(queue.front()));
    queue.pop_front();
  }
  const std::vector<std::string> notes = take_notes();
  const std::uint64_t told = unreported;
  const std::size_t told_late = late.size();
  lock.unlock();
  std::vector<std::string_view> lines(notes.begin(), notes.end());
  for (const auto& waiting : batch)
    lines.push_back(waiting->members);
  const auto first = writer->write(lines);
  lock.lock();
  if (first) {
    unreported -= told;
    late.erase(late.begin(), late.begin() + static_cast<std::ptrdiff_t>(told_late));
    sync_error.clear();
  }
  settle(batch, notes.size(), first);
  // Nobody waits, and it failed: a pause, lest it is tried in a circle.
  if (!first && batch.empty())
    wake.wait_for(
        lock, std::chrono::milliseconds(200), [&] { return is_stopping || !queue.empty(); });
}

void FileTrail::State::settle(const std::vector<std::shared_ptr<Waiting>>& batch,
                              std::size_t notes,
                              const base::Result<std::uint64_t>& first) {
  counts.batches += 1;
  counts.heads = writer->heads();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Waiting& waiting = *batch[i];
    if (first) ++counts.written;
    if (waiting.stage == Stage::GivenUp) {
      if (first) {
        late.push_back(*first + notes + i);
        ++counts.late;
      }
      continue;
    }
    waiting.stage = Stage::Done;
    waiting.result = first ? base::Result<std::uint64_t>(*first + notes + i)
                           : base::Result<std::uint64_t>(std::unexpected(first.error()));
    waiting.done.notify_one();
  }
}

/// In a thread of its own: a slow disk must not hold up those who only want to write.
void FileTrail::State::sync_now_and_then() {
  std::unique_lock lock(mutex);
  while (!is_stopping) {
    sync_wake.wait_for(lock, options.sync_interval, [&] { return is_stopping; });
    const SharedFile file = writer->file();
    lock.unlock();
    const bool is_good = file == nullptr || ::fdatasync(file->get()) == 0;
    lock.lock();
    if (!is_good) sync_error = "a file could not be forced to the disk";
  }
}

FileTrail::FileTrail(std::unique_ptr<State> state) : state_(std::move(state)) {}

base::Result<std::unique_ptr<FileTrail>> FileTrail::open(TrailOptions options) {
  auto state = std::make_unique<State>();
  state->options = options;
  state->writer = PQ_TRY(TrailWriter::open(std::move(options)));
  State& shared = *state;
  std::unique_ptr<FileTrail> trail(new FileTrail(std::move(state)));
  shared.writing = std::thread([&shared] { shared.run(); });
  if (shared.options.sync == SyncPolicy::Interval)
    shared.syncing = std::thread([&shared] { shared.sync_now_and_then(); });
  return trail;
}

FileTrail::~FileTrail() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->is_stopping = true;
  }
  state_->wake.notify_all();
  state_->sync_wake.notify_all();
  if (state_->syncing.joinable()) state_->syncing.join();
  state_->writing.join();
}

base::Result<std::uint64_t> FileTrail::append(const AuditEvent& event) {
  if (!state_->options.mask) return state_->append(event_members(event).bytes());
  AuditEvent masked = event;
  state_->options.mask(masked);
  return state_->append(event_members(masked).bytes());
}

TrailCounts FileTrail::counts() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->counts;
}

} // namespace portique::access
