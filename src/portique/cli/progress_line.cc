#include "portique/cli/progress_line.h"

#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "portique/base/text.h"

namespace portique::cli {

ProgressLine::ProgressLine(bool quiet) : shown_(!quiet && ::isatty(STDERR_FILENO) != 0) {}

void ProgressLine::show(std::string_view what, std::uint64_t done, std::uint64_t total) {
  if (!shown_) return;
  const std::string amount =
      total > 0 ? fmt::format("{}%", done * 100 / total) : fmt::format("{}", done);
  std::fputs(fmt::format("\r\x1b[K{}: {}", base::printable(what), amount).c_str(), stderr);
  drawn_ = true;
}

void ProgressLine::clear() {
  if (drawn_) std::fputs("\r\x1b[K", stderr);
  drawn_ = false;
}

} // namespace portique::cli
