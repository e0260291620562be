#pragma once

// The flags that decide what counts, shared by the verbs that scan.

#include <string>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/scan/judge.h"

namespace CLI {
class App;
}

namespace portique::cli {

struct JudgementFlags {
  std::vector<std::string> ignore_files;
  std::vector<std::string> vex;
  std::string severity_sources;
  std::string order = "package";
};

/// --ignorefile, --vex, --vuln-severity-source, --sort. `flags` must outlive the parsing.
void add_judgement_flags(CLI::App& command, JudgementFlags& flags);

/// Reads the files that the flags name; without --ignorefile those of the current folder.
base::Result<scan::Judgement> read_judgement(const JudgementFlags& flags,
                                             const base::Limits& limits);

} // namespace portique::cli
