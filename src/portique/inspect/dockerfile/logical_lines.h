#pragma once

// The lines of a Dockerfile as its instructions see them: parser directives taken off, comments and
// empty lines dropped, continued lines joined, here-documents gathered.

#include <string>
#include <string_view>
#include <vector>

#include "portique/inspect/dockerfile/dockerfile.h"

namespace portique::inspect::dockerfile {

struct LogicalLine {
  std::string text;
  std::vector<LineStart> starts; ///< of `text`
  model::LineRange lines;
  std::vector<Heredoc> heredocs;
};

/// Sets directives, comments and problems of `file`.
std::vector<LogicalLine> logical_lines(std::string_view text, Dockerfile& file);

/// Splits at blanks outside quotes; quotes and escapes stay.
std::vector<std::string> raw_words(std::string_view text, char escape);

} // namespace portique::inspect::dockerfile
