#include "portique/cli/terminal_options.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/ioctl.h>
#include <unistd.h>

#include "portique/base/text.h"

namespace portique::cli {

namespace {

/// Whether the user's locale draws characters beyond ASCII, as setlocale() would find it.
bool is_utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string locale = base::to_lower(value);
    return locale.contains("utf-8") || locale.contains("utf8");
  }
  return false;
}

} // namespace

report::WriteOptions terminal_options() {
  report::WriteOptions options;
  if (::isatty(STDOUT_FILENO) == 0) return options;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  options.colour = (no_colour == nullptr || *no_colour == '\0') && !dumb;
  options.unicode = is_utf8_locale();
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) options.width = size.ws_col;
  return options;
}

base::Result<void> write_to_stdout(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() &&
      std::fflush(stdout) == 0)
    return {};
  return base::fail_errno("cannot write the report to standard output", errno);
}

} // namespace portique::cli
