#include "portique/scan/content_queue.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>

namespace portique::scan {

namespace {

/// Small files travel together, so that the threads wake each other rarely.
constexpr std::size_t kBatchBytes = 128 * 1024;
constexpr std::size_t kBatchPieces = 256;
/// Batches that wait at most.
constexpr std::size_t kBatches = 8;

/// A part of a file inside a batch.
struct Piece {
  bool begins = false;
  bool ends = false;
  InspectedFile file; ///< if it begins here
  std::size_t offset = 0;
  std::size_t size = 0;
};

struct Batch {
  std::string bytes;
  std::vector<Piece> pieces;
  bool forget = false; ///< the file that is open is given up
};

} // namespace

struct ContentQueue::State {
  std::vector<std::unique_ptr<ContentInspector>> inspectors;
  std::vector<bool> interested; ///< beside them, in the file that is open
  ContentEvidence evidence;
  Batch batch; ///< being filled

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Batch> waiting;
  std::vector<Batch> empty; ///< to be filled again
  bool busy = false;
  bool stop = false;
  std::thread thread;

  void run();
  void inspect(const Batch& full);
  void hand_over();
  Piece& open_piece();
};

void ContentQueue::State::inspect(const Batch& full) {
  const base::Bytes bytes = base::as_bytes(full.bytes);
  for (const Piece& piece : full.pieces) {
    const base::Bytes content = bytes.subspan(piece.offset, piece.size);
    if (piece.begins) {
      interested.assign(inspectors.size(), false);
      for (std::size_t i = 0; i < inspectors.size(); ++i)
        interested[i] = inspectors[i]->begin(piece.file, content);
    }
    for (std::size_t i = 0; i < interested.size(); ++i) {
      if (!interested[i]) continue;
      if (!content.empty()) inspectors[i]->content(content);
      if (piece.ends) inspectors[i]->end(evidence);
    }
    if (piece.ends) interested.clear();
  }
  if (full.forget) interested.clear();
}

void ContentQueue::State::run() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [&] { return stop || !waiting.empty(); });
    if (waiting.empty()) return;
    Batch full = std::move(waiting.front());
    waiting.pop_front();
    busy = true;
    lock.unlock();
    inspect(full);
    full.bytes.clear();
    full.pieces.clear();
    lock.lock();
    busy = false;
    empty.push_back(std::move(full));
    changed.notify_all();
  }
}

void ContentQueue::State::hand_over() {
  if (batch.pieces.empty() && !batch.forget) return;
  if (!thread.joinable()) {
    inspect(batch);
    batch.bytes.clear();
    batch.pieces.clear();
    batch.forget = false;
    return;
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return waiting.size() < kBatches; });
  waiting.push_back(std::move(batch));
  batch = {};
  if (!empty.empty()) {
    batch = std::move(empty.back());
    batch.forget = false;
    empty.pop_back();
  }
  changed.notify_all();
}

/// The piece that goes on at the end of the batch; a new one if the last one's file has ended.
Piece& ContentQueue::State::open_piece() {
  if (batch.pieces.empty() || batch.pieces.back().ends)
    batch.pieces.push_back({.offset = batch.bytes.size()});
  return batch.pieces.back();
}

ContentQueue::ContentQueue(std::vector<std::unique_ptr<ContentInspector>> inspectors)
    : state_(std::make_unique<State>()) {
  state_->inspectors = std::move(inspectors);
  try {
    state_->thread = std::thread([state = state_.get()] { state->run(); });
  } catch (const std::system_error&) {
    state_->stop = true; // the caller inspects
  }
}

ContentQueue::~ContentQueue() {
  if (!state_->thread.joinable()) return;
  {
    const std::lock_guard lock(state_->mutex);
    state_->waiting.clear();
    state_->stop = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
}

void ContentQueue::begin(InspectedFile file) {
  State& state = *state_;
  // What an inspector sees first shall be as much of the file as there is.
  if (state.batch.bytes.size() >= kBatchBytes / 2 || state.batch.pieces.size() >= kBatchPieces)
    state.hand_over();
  state.batch.pieces.push_back(
      {.begins = true, .file = std::move(file), .offset = state.batch.bytes.size()});
}

void ContentQueue::content(base::Bytes piece) {
  State& state = *state_;
  while (!piece.empty()) {
    const std::size_t room = kBatchBytes - std::min(kBatchBytes, state.batch.bytes.size());
    if (room == 0) {
      state.hand_over();
      continue;
    }
    const std::size_t taken = std::min(room, piece.size());
    Piece& open = state.open_piece();
    state.batch.bytes += base::as_text(piece.first(taken));
    open.size += taken;
    piece = piece.subspan(taken);
  }
}

void ContentQueue::end() {
  state_->open_piece().ends = true;
}

ContentEvidence ContentQueue::finish() {
  State& state = *state_;
  state.batch.forget = true;
  state.hand_over();
  if (state.thread.joinable()) {
    std::unique_lock lock(state.mutex);
    state.changed.wait(lock, [&] { return state.waiting.empty() && !state.busy; });
  }
  return std::exchange(state.evidence, {});
}

} // namespace portique::scan
