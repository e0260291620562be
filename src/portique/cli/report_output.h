#pragma once

// Where reports go: one format to standard output, others to files, in one run.

#include <string>
#include <vector>

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"

namespace CLI {
class App;
}

namespace portique::cli {

struct OutputFlags {
  std::vector<std::string> formats; ///< "NAME" or "NAME=FILE"
  std::string output;               ///< the file of the format that names none
  std::string spec_version;
};

/// --format, --output, --spec-version. `flags` must outlive the parsing and has the default format
/// already; `use`: which formats the help lists.
void add_output_flags(CLI::App& command, OutputFlags& flags, report::FormatUse use);

/// One report that will be written.
struct OutputPlace {
  const report::Format* format = nullptr;
  std::string file; ///< "" for standard output
};

/// What the flags say, checked before any work is done: the formats exist, no two of them go to one
/// place, the version is one of theirs. Code::InvalidArgument.
base::Result<std::vector<OutputPlace>> output_places(const OutputFlags& flags);

/// Options for every format, with SOURCE_DATE_EPOCH
/// (https://reproducible-builds.org/specs/source-date-epoch/). Code::InvalidArgument if that is no
/// number.
base::Result<report::WriteOptions> write_options(const OutputFlags& flags);

/// Writes every report. Files first, so that they are there when standard output is a closed pipe.
base::Result<void> write_reports(const std::vector<OutputPlace>& places,
                                 const model::Report& report,
                                 const report::WriteOptions& options);

} // namespace portique::cli
