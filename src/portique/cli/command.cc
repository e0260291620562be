#include "portique/cli/command.h"

#include <cstdio>

#include "portique/base/text.h"

namespace portique::cli {

ExitCode complain(const base::Error& error) {
  std::fputs(("portique: " + base::printable(error.text()) + '\n').c_str(), stderr);
  return error.code() == base::Code::InvalidArgument ? ExitCode::Usage : ExitCode::Failed;
}

} // namespace portique::cli
