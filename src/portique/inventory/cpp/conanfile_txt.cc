// conanfile.txt, https://docs.conan.io/2/reference/conanfile_txt.html: sections with one item a
// line, "#" begins a comment where a blank or nothing stands before it.
//
//   [requires]
//   poco/1.9.4
//   [tool_requires]
//   cmake/3.25.1@user/channel
#include "portique/inventory/cpp/conanfile_txt.h"

#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/cpp/conan_reference.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/lock_document.h"

namespace portique::inventory {

namespace {

using base::Code;
using model::PackageScope;

/// What the section's packages are there for; nothing for a section that lists none.
std::optional<PackageScope> scope_of(std::string_view section) {
  if (section == "[requires]") return PackageScope::Runtime;
  if (section == "[build_requires]" || section == "[tool_requires]" || section == "[test_requires]")
    return PackageScope::Development;
  return std::nullopt;
}

std::string_view without_comment(std::string_view line) {
  if (line.starts_with('#')) return {};
  return base::trim(line.substr(0, line.find(" #")));
}

} // namespace

Analysis analyze_conanfile_txt(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = read_text(file, buffer, analysis);
  if (!text) return analysis;
  DeclaredPackages declared(file.path(), limits, analysis);
  std::optional<PackageScope> scope;
  std::string_view rest = *text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = without_comment(base::trim(base::take_until(rest, '\n')));
    if (line.starts_with('[')) {
      scope = scope_of(line);
      continue;
    }
    if (!scope || line.empty()) continue;
    if (line.contains("/[")) continue; // a range
    auto package = conan_package(line);
    if (!package) {
      if (!issues_are_full(analysis))
        add_issue(analysis,
                  Code::Malformed,
                  fmt::format("line {}: {} is no reference to a package", number, excerpt(line)));
      continue;
    }
    package->scope = *scope;
    if (!declared.add(std::move(*package))) break;
  }
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
