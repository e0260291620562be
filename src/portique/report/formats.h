#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/base/time.h"
#include "portique/model/report.h"
#include "portique/report/sink.h"

namespace portique::report {

struct WriteOptions {
  bool colour = false;        ///< ANSI colours
  bool unicode = false;       ///< lines and dots beyond ASCII: a terminal whose locale is UTF-8
  std::size_t width = 0;      ///< columns of the terminal, 0: not a terminal, do not cut
  bool list_packages = false; ///< table: also the packages without findings
  bool show_suppressed = false;
  std::string spec_version;    ///< of the format, where it has several; "": the newest
  std::string tool_version;    ///< of this program
  bool inventory_only = false; ///< nobody searched for findings: SBOM formats leave out their place
  std::optional<base::Time> timestamp; ///< the date that SBOMs carry, where the user demands one
};

/// What a format is there for.
enum class FormatUse : std::uint8_t {
  Report, ///< findings
  Sbom,   ///< an inventory; findings too where the format has a place for them
};

/// One way to write a report; an entry of formats().
struct Format {
  std::string_view name; ///< what --format takes
  std::string_view about;
  /// Fails only with the sink's error.
  base::Result<void> (*write)(const model::Report& report,
                              const WriteOptions& options,
                              const Sink& sink);
  FormatUse use = FormatUse::Report;
  std::string_view alias = {};                     ///< another name that --format takes
  std::span<const std::string_view> versions = {}; ///< what --spec-version takes, newest first
};

/// Every format. To add one: a file pair, its test, and a line in formats.cc.
std::span<const Format> formats();

/// nullptr if there is none of that name or alias.
const Format* find_format(std::string_view name);

/// The whole report as one text, for reports that are known to be small.
base::Result<std::string>
write_text(const Format& format, const model::Report& report, const WriteOptions& options);

} // namespace portique::report
