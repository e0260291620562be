#pragma once

#include <cstdint>
#include <string_view>

namespace portique::cli {

/// One line on standard error that is drawn over and over, and wiped at the end. Draws nothing
/// unless standard error is a terminal.
class ProgressLine {
public:
  explicit ProgressLine(bool quiet);

  ~ProgressLine() { clear(); }

  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// "what: 40%"; with a `total` of 0 the plain amount.
  void show(std::string_view what, std::uint64_t done, std::uint64_t total);
  void clear();

private:
  bool shown_;
  bool drawn_ = false;
};

} // namespace portique::cli
