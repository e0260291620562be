#include "portique/inspect/published_file.h"

#include <algorithm>
#include <array>

#include "portique/base/text.h"

namespace portique::inspect {

namespace {

/// Folders below which registries' packages are unpacked.
constexpr std::array<std::string_view, 8> kPackageFolders{
    "site-packages", "dist-packages", "node_modules", "gems", "pkg", "registry", "vendor", "perl5"};

/// ... and names of folders in a package that are not for use.
constexpr std::array<std::string_view, 18> kTestFolders{"test",
                                                        "tests",
                                                        "testing",
                                                        "testdata",
                                                        "test_data",
                                                        "test-data",
                                                        "fixture",
                                                        "fixtures",
                                                        "example",
                                                        "examples",
                                                        "sample",
                                                        "samples",
                                                        "demo",
                                                        "demos",
                                                        "spec",
                                                        "doc",
                                                        "docs",
                                                        "__tests__"};

} // namespace

bool is_published_test_data(std::string_view path) {
  bool in_package = false;
  while (!path.empty()) {
    const std::string_view component = base::take_until(path, '/');
    if (path.empty()) return false; // the file's own name
    if (in_package && std::ranges::find(kTestFolders, component) != kTestFolders.end()) return true;
    if (std::ranges::find(kPackageFolders, component) != kPackageFolders.end()) in_package = true;
  }
  return false;
}

} // namespace portique::inspect
