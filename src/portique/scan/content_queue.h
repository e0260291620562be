#pragma once

// Hands files to the inspectors on a thread of its own, so that unpacking goes on meanwhile. What
// waits is bounded; who unpacks waits for the inspectors when they are slower.

#include <memory>
#include <vector>

#include "portique/base/byte_reader.h"
#include "portique/scan/content_inspector.h"

namespace portique::scan {

class ContentQueue {
public:
  /// Starts the thread; where the system refuses one the work is done by the caller of content().
  explicit ContentQueue(std::vector<std::unique_ptr<ContentInspector>> inspectors);
  ~ContentQueue();
  ContentQueue(const ContentQueue&) = delete;
  ContentQueue& operator=(const ContentQueue&) = delete;

  /// One file after the other, from one thread at a time.
  void begin(InspectedFile file);
  void content(base::Bytes piece);
  void end();

  /// Waits until all is inspected and takes what was found. A file that was not ended is forgotten.
  ContentEvidence finish();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace portique::scan
