#pragma once

// Where a report is written to: piece by piece, so that a large one is never whole in memory.

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "portique/base/result.h"

namespace portique::report {

/// Takes the next bytes of a report. An error ends the writing and is handed to the caller.
using Sink = std::function<base::Result<void>(std::string_view bytes)>;

/// Gathers small pieces for a sink, which it borrows. After the sink's first error it drops all
/// that comes; finish() tells.
class Output {
public:
  explicit Output(const Sink& sink) : sink_(sink) {}

  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void append(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= kFlushBytes) flush();
  }

  void append(std::size_t count, char c) { buffer_.append(count, c); }

  /// Hands over what is left; must be called once, at the end.
  [[nodiscard]] base::Result<void> finish() {
    flush();
    return std::exchange(result_, {});
  }

private:
  /// Large enough that system calls do not count, small enough for any machine.
  static constexpr std::size_t kFlushBytes = 64ULL << 10U;

  void flush() {
    if (result_ && !buffer_.empty()) result_ = sink_(buffer_);
    buffer_.clear();
  }

  const Sink& sink_;
  std::string buffer_;
  base::Result<void> result_;
};

} // namespace portique::report
