#include "portique/image/pipe_feed.h"

#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace portique::image {

using base::Code;
using base::fail;
using base::Result;

namespace {

/// Fewer switches between the two sides; the most that the system allows everybody.
constexpr int kPipeBytes = 1 << 20;
/// How soon a thread that waits for its reader notices that it is to give up.
constexpr int kPatience = 200; // milliseconds

} // namespace

Result<std::unique_ptr<PipeFeed>> PipeFeed::start(Feed feed) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::fail_errno("cannot make a pipe", errno);
  base::Fd reading(ends[0]);
  base::Fd writing(ends[1]);
  if (::fcntl(writing.get(), F_SETFL, O_NONBLOCK) != 0)
    return base::fail_errno("cannot prepare a pipe", errno);
  ::fcntl(writing.get(), F_SETPIPE_SZ, kPipeBytes); // it works with less, too
  try {
    return std::unique_ptr<PipeFeed>(
        new PipeFeed(std::move(reading), std::move(writing), std::move(feed)));
  } catch (const std::system_error& error) {
    return fail(Code::Io, std::string("cannot start a thread: ") + error.what());
  }
}

PipeFeed::PipeFeed(base::Fd reading, base::Fd writing, Feed feed)
    : reading_(std::move(reading)), writing_(std::move(writing)),
      thread_([this, feed = std::move(feed)] { run(feed); }) {}

PipeFeed::~PipeFeed() {
  (void)finish();
}

Result<void> PipeFeed::finish() {
  cancelled_ = true;
  reading_.reset();
  if (thread_.joinable()) thread_.join();
  return outcome_;
}

void PipeFeed::run(const Feed& feed) {
  // A reader that is gone is told by the error of write().
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  auto outcome = feed([this](base::Bytes bytes) { return write(bytes); },
                      [this] { return cancelled_.load(); });
  if (!outcome && !reader_gone_ && !cancelled_) outcome_ = std::move(outcome);
  writing_.reset();
}

Result<void> PipeFeed::write(base::Bytes bytes) {
  while (!bytes.empty()) {
    if (cancelled_) return fail(Code::Io, "given up");
    const ssize_t count = ::write(writing_.get(), bytes.data(), bytes.size());
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd ready{writing_.get(), POLLOUT, 0};
      ::poll(&ready, 1, kPatience);
    } else if (errno == EPIPE) {
      reader_gone_ = true;
      return fail(Code::Io, "the reader is gone");
    } else if (errno != EINTR) {
      return base::fail_errno("cannot write to a pipe", errno);
    }
  }
  return {};
}

} // namespace portique::image
