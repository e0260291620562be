#pragma once

// Runs a program of the host with a fixed argument list: no shell, no inherited descriptors but
// the three standard ones, a time limit.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"

namespace portique::base {

struct ProgramOutput {
  int exit_status = 0; ///< 128 + signal if a signal ended it
  std::string out;
  std::string err;
};

struct ProgramLimits {
  std::chrono::milliseconds time{30'000};
  std::uint64_t output_bytes = 1ULL << 20U; ///< of each stream; the rest is dropped
};

/// `arguments[0]` is the program, looked up in PATH. Standard input holds `input`; the environment
/// is passed on with LC_ALL=C. Code::NotFound if there is no such program, Code::Timeout after the
/// time limit (the program is killed). A program that fails is no error here: see `exit_status`.
Result<ProgramOutput> run_program(const std::vector<std::string>& arguments,
                                  const ProgramLimits& limits = {},
                                  std::string_view input = {});

} // namespace portique::base
