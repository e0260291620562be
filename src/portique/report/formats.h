#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/sink.h"

namespace portique::report {

struct WriteOptions {
  bool colour = false;        ///< ANSI colours
  bool unicode = false;       ///< lines and dots beyond ASCII: a terminal whose locale is UTF-8
  std::size_t width = 0;      ///< columns of the terminal, 0: not a terminal, do not cut
  bool list_packages = false; ///< table: also the packages without findings
  bool show_suppressed = false;
};

/// One way to write a report; an entry of formats().
struct Format {
  std::string_view name; ///< what --format takes
  std::string_view about;
  /// Fails only with the sink's error.
  base::Result<void> (*write)(const model::Report& report,
                              const WriteOptions& options,
                              const Sink& sink);
};

/// Every format. To add one: a file pair, its test, and a line in formats.cc.
std::span<const Format> formats();

/// nullptr if there is none of that name.
const Format* find_format(std::string_view name);

/// The whole report as one text, for reports that are known to be small.
base::Result<std::string>
write_text(const Format& format, const model::Report& report, const WriteOptions& options);

} // namespace portique::report
