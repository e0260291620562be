// https://packaging.python.org/en/latest/specifications/recording-installed-packages/, and what
// setuptools left before: https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html
#include "portique/inventory/python/python_installed.h"

#include <string>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/python/python_metadata.h"

namespace portique::inventory {

namespace {

// The component of the path that has the package's name.
std::string_view named_component(std::string_view path) {
  const auto parts = base::split(path, '/');
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    if (*part != "METADATA" && *part != "PKG-INFO" && *part != "EGG-INFO") return *part;
  return {};
}

} // namespace

Analysis analyze_python_installed(const FileContent& file, const base::Limits& /*limits*/) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  add_python_package(
      *text, file.path(), python_folder_name(named_component(file.path())), analysis);
  return analysis;
}

} // namespace portique::inventory
