#pragma once

// What the Go linker writes into every program: with which Go, from which modules.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inventory/binary/binary_image.h"
#include "portique/inventory/file_content.h"

namespace portique::inventory {

struct GoModule {
  std::string path;
  std::string version; ///< "v1.2.3", "(devel)", or "" for a folder beside it
  std::string sum;     ///< "h1:..." or ""

  friend bool operator==(const GoModule&, const GoModule&) = default;
};

struct GoDependency {
  GoModule module;
  std::optional<GoModule> replacement; ///< what was built in its place

  friend bool operator==(const GoDependency&, const GoDependency&) = default;
};

struct GoBuildInfo {
  std::string go_version; ///< "go1.22.3", "go1.22.3 X:boringcrypto", "devel go1.23-4f6c2d Mon ..."
  std::string path;       ///< import path of the main package
  std::optional<GoDependency> main;
  std::vector<GoDependency> dependencies;
  std::string linker_flags; ///< the value of -ldflags

  friend bool operator==(const GoBuildInfo&, const GoBuildInfo&) = default;
};

/// Reads the build information of a program into `info`, which keeps what was read before an error
/// and stays empty if the program is not Go's. One that is Go's for certain and has none is
/// Code::Malformed.
base::Result<void> read_go_build_info(const FileContent& file,
                                      const BinaryImage& image,
                                      const base::Limits& limits,
                                      std::optional<GoBuildInfo>& info);

/// Reads the lines that `go version -m` prints into `info`, which keeps what was read before an
/// error.
base::Result<void>
read_go_module_lines(std::string_view text, const base::Limits& limits, GoBuildInfo& info);

} // namespace portique::inventory
