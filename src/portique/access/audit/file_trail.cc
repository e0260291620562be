#include "portique/access/audit/file_trail.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
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
/// Between two attempts to write what nobody waits for: the disk may be full or gone.
constexpr std::chrono::milliseconds kRest{200};
/// How exactly the age of files is held.
constexpr std::chrono::seconds kAgeLook{1};

enum class Stage : std::uint8_t { Queued, Writing, Done, GivenUp };

/// One caller of append(). Shared by the caller and whoever writes, as either may be done first.
struct Waiting {
  std::string members;
  Stage stage = Stage::Queued;
  base::Result<std::uint64_t> result = 0;
  std::condition_variable changed;
};

} // namespace

/// One of the callers of append() writes for all that wait, and then leaves the writer to the next
/// one. What no caller waits for is done by a thread of the trail's own.
struct FileTrail::State {
  TrailOptions options;
  std::unique_ptr<TrailWriter> writer; ///< of whoever has set `is_writing`
  mutable std::mutex mutex;
  // All below is guarded by the mutex.
  bool is_writing = false;
  steady_clock::time_point writing_since;
  std::condition_variable tend_wake;
  std::condition_variable sync_wake;
  std::deque<std::shared_ptr<Waiting>> queue;
  std::optional<steady_clock::time_point> due; ///< what the writer has to tend to, and when
  steady_clock::time_point tended = steady_clock::now();
  bool tender_waits = false; ///< for whoever writes
  std::vector<std::uint64_t> late;
  TrailCounts counts;
  std::uint64_t unreported = 0; ///< refusals that no line tells of yet
  base::Time unreported_since;
  std::string sync_error;
  bool is_stopping = false;
  std::thread tending;
  std::thread syncing;

  base::Result<std::uint64_t> append(std::string members);
  base::Result<std::uint64_t> refuse(base::Error why);
  [[nodiscard]] std::optional<steady_clock::time_point> next_tending() const;
  void tend();
  void finish();
  bool write_some(std::unique_lock<std::mutex>& lock);
  std::vector<std::string> take_notes();
  void settle(const std::vector<std::shared_ptr<Waiting>>& batch,
              std::size_t notes,
              const base::Result<std::uint64_t>& first);
  void begin_writing();
  void end_writing();
  void sync_now_and_then();
};

base::Result<std::uint64_t> FileTrail::State::append(std::string members) {
  const auto now = steady_clock::now();
  const auto until = now + options.deadline;
  const auto waiting = std::make_shared<Waiting>();
  waiting->members = std::move(members);
  std::unique_lock lock(mutex);
  const auto too_late = [&] {
    return refuse(
        {base::Code::Timeout,
         fmt::format("the trail did not take the line within {} ms", options.deadline.count())});
  };
  if (is_stopping) return refuse({base::Code::Io, "the trail is closed"});
  if (queue.size() >= kQueue)
    return refuse({base::Code::LimitExceeded, "too many lines wait for the trail"});
  // The disk does not answer somebody else: it will not answer us in time.
  if (is_writing && now - writing_since > options.deadline) return too_late();
  queue.push_back(waiting);
  while (waiting->stage != Stage::Done) {
    if (waiting->stage == Stage::Queued && !is_writing) {
      (void)write_some(lock);
      continue;
    }
    const auto status = waiting->changed.wait_until(lock, until);
    if (status == std::cv_status::timeout && waiting->stage != Stage::Done) {
      if (waiting->stage == Stage::Queued) std::erase(queue, waiting);
      waiting->stage = Stage::GivenUp;
      // It may have been our turn to write.
      if (!is_writing && !queue.empty()) queue.front()->changed.notify_one();
      return too_late();
    }
  }
  if (!waiting->result) return refuse(std::move(waiting->result).error());
  return waiting->result;
}

base::Result<std::uint64_t> FileTrail::State::refuse(base::Error why) {
  if (unreported++ == 0) unreported_since = options.clock();
  ++counts.refused;
  counts.last_error = why.text();
  return std::unexpected(std::move(why));
}

void FileTrail::State::begin_writing() {
  is_writing = true;
  writing_since = steady_clock::now();
}

void FileTrail::State::end_writing() {
  is_writing = false;
  counts.heads = writer->heads();
  const bool was_due = due.has_value();
  due = writer->due();
  if (!queue.empty()) queue.front()->changed.notify_one();
  if (tender_waits || is_stopping || !late.empty() || was_due != due.has_value())
    tend_wake.notify_one();
}

/// When the writer has to be looked after, if nothing happens before.
std::optional<steady_clock::time_point> FileTrail::State::next_tending() const {
  if (options.file_age.count() == 0) return due;
  const auto by_age = tended + kAgeLook;
  return due ? std::min(*due, by_age) : by_age;
}

/// Heads that are due, new files, and lines about the trail itself.
void FileTrail::State::tend() {
  std::unique_lock lock(mutex);
  while (!is_stopping || !queue.empty() || is_writing) {
    const auto next = next_tending();
    bool is_good = true;
    if (!is_writing && (is_stopping || !late.empty())) {
      is_good = write_some(lock);
    } else if (!is_writing && next && *next <= steady_clock::now()) {
      begin_writing();
      lock.unlock();
      is_good = writer->tend().has_value();
      lock.lock();
      tended = steady_clock::now();
      end_writing();
    } else {
      tender_waits = is_writing;
      if (next && !is_writing)
        tend_wake.wait_until(lock, *next);
      else
        tend_wake.wait(lock);
      tender_waits = false;
    }
    if (!is_good) tend_wake.wait_for(lock, kRest, [&] { return is_stopping; });
  }
  finish();
}

/// Under the mutex, when nobody writes and nobody can begin to.
void FileTrail::State::finish() {
  const std::vector<std::string> notes = take_notes();
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

/// Writes for those who wait the longest; whether that worked. Nobody else may be writing.
bool FileTrail::State::write_some(std::unique_lock<std::mutex>& lock) {
  std::vector<std::shared_ptr<Waiting>> batch;
  while (!queue.empty() && batch.size() < kBatch) {
    queue.front()->stage = Stage::Writing;
    batch.push_back(std::move(queue.front()));
    queue.pop_front();
  }
  const std::vector<std::string> notes = take_notes();
  const std::uint64_t told = unreported;
  const std::size_t told_late = late.size();
  begin_writing();
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
  end_writing();
  return first.has_value();
}

void FileTrail::State::settle(const std::vector<std::shared_ptr<Waiting>>& batch,
                              std::size_t notes,
                              const base::Result<std::uint64_t>& first) {
  counts.batches += 1;
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
    waiting.changed.notify_one();
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
  shared.due = shared.writer->due();
  shared.tending = std::thread([&shared] { shared.tend(); });
  if (shared.options.sync == SyncPolicy::Interval)
    shared.syncing = std::thread([&shared] { shared.sync_now_and_then(); });
  return trail;
}

FileTrail::~FileTrail() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->is_stopping = true;
  }
  state_->tend_wake.notify_all();
  state_->sync_wake.notify_all();
  if (state_->syncing.joinable()) state_->syncing.join();
  state_->tending.join();
}

base::Result<std::uint64_t> FileTrail::append(AuditEvent event) {
  if (state_->options.mask) state_->options.mask(event);
  return state_->append(event_members(event).bytes());
}

TrailCounts FileTrail::counts() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->counts;
}

} // namespace portique::access
