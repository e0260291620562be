#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/model/report.h"

namespace portique::report {

struct WriteOptions {
  bool colour = false;        ///< ANSI colours
  std::size_t width = 0;      ///< columns of the terminal, 0: not a terminal, do not cut
  bool list_packages = false; ///< table: also the packages without findings
  bool show_suppressed = false;
};

/// One way to write a report; an entry of formats().
struct Format {
  std::string_view name; ///< what --format takes
  std::string_view about;
  base::Result<std::string> (*write)(const model::Report& report, const WriteOptions& options);
};

/// Every format. To add one: a file pair, its test, and a line in formats.cc.
std::span<const Format> formats();

/// nullptr if there is none of that name.
const Format* find_format(std::string_view name);

} // namespace portique::report
