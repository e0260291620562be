#pragma once

// A small image that works: busybox under the names of some programs.

#include <optional>
#include <string>

#include "portique/test_support/engine_daemon.h"

namespace portique::e2e {

/// Imports it as `tools:latest`, by root on the engine's own socket. Nothing, or why there is none.
std::optional<std::string> import_tools(const test_support::EngineDaemon& engine,
                                        const std::string& name = "tools:latest");

} // namespace portique::e2e

/// In a test body: the engine gets the image, or the test is skipped with the reason.
#define PQ_TOOLS_OR_SKIP(engine, ...)                                                              \
  if (const auto missing_tools = ::portique::e2e::import_tools(engine __VA_OPT__(, ) __VA_ARGS__)) \
  GTEST_SKIP() << *missing_tools
