#pragma once

// Bytes that come from somewhere while somebody else reads them from a pipe: no copy of them is
// made on the way.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "portique/base/byte_reader.h"
#include "portique/base/fd.h"
#include "portique/base/result.h"

namespace portique::image {

/// Takes pieces; an error means that nobody wants more of them.
using ByteSink = std::function<base::Result<void>(base::Bytes)>;

/// Asked now and then by whoever waits for bytes; true: give up.
using Cancelled = std::function<bool()>;

/// Gives all its bytes to the sink and returns why it could not.
using Feed = std::function<base::Result<void>(const ByteSink& sink, const Cancelled& cancelled)>;

/// Runs a feed in a thread of its own, which writes to a pipe as fast as it is read.
class PipeFeed {
public:
  static base::Result<std::unique_ptr<PipeFeed>> start(Feed feed);

  /// Gives up what is under way, and waits for the thread.
  ~PipeFeed();
  PipeFeed(const PipeFeed&) = delete;
  PipeFeed& operator=(const PipeFeed&) = delete;

  /// The end to read from. To be given away, and closed here, so that the thread notices when the
  /// reader is gone.
  base::Fd take_reading_end() { return std::move(reading_); }

  /// To be called when the reader has answered: gives up what is still under way and returns why
  /// the feed failed, if it failed by itself. A feed that fails is known to have failed before its
  /// reader sees the end of the pipe.
  base::Result<void> finish();

private:
  PipeFeed(base::Fd reading, base::Fd writing, Feed feed);

  void run(const Feed& feed);
  base::Result<void> write(base::Bytes bytes);

  base::Fd reading_;
  base::Fd writing_;
  std::atomic<bool> cancelled_{false};
  bool reader_gone_ = false;   ///< of the thread until it has ended
  base::Result<void> outcome_; ///< likewise
  std::thread thread_;
};

} // namespace portique::image
