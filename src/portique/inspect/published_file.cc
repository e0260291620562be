#include "portique/inspect/published_file.h"

#include <algorithm>
#include <array>
#include <string>

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

/// How documents and examples begin that lie beside a package's code.
constexpr std::array<std::string_view, 5> kDocumentNames{
    "readme", "changelog", "history.", "example", "sample"};

/// "python3.11": the folder of Python's own library, which has its tests in it.
bool is_python_library(std::string_view component) {
  constexpr std::string_view kPython = "python";
  return component.starts_with(kPython) && component.size() > kPython.size() &&
         base::is_digit(component[kPython.size()]) && component.contains('.');
}

bool is_document_name(std::string_view name) {
  const std::string lower = base::to_lower(name);
  return std::ranges::any_of(kDocumentNames,
                             [&](std::string_view begin) { return lower.starts_with(begin); });
}

} // namespace

bool is_published_test_data(std::string_view path) {
  bool in_package = false;
  bool in_python = false;
  while (!path.empty()) {
    const std::string_view component = base::take_until(path, '/');
    if (path.empty()) return in_package && is_document_name(component); // the file's own name
    if (in_python && component == "test") return true;
    in_python = is_python_library(component);
    if (in_package && std::ranges::find(kTestFolders, component) != kTestFolders.end()) return true;
    if (std::ranges::find(kPackageFolders, component) != kPackageFolders.end()) in_package = true;
  }
  return false;
}

} // namespace portique::inspect
