#pragma once

#include <string_view>

#include "portique/base/result.h"
#include "portique/report/formats.h"

namespace portique::cli {

/// How to draw on standard output: colours, lines and width where it is a terminal that has them.
report::WriteOptions terminal_options();

/// A report's sink; fails where standard output does.
base::Result<void> write_to_stdout(std::string_view bytes);

} // namespace portique::cli
