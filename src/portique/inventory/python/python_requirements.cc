// requirement_lines.h has the form of the file, python_name.h that of a requirement.
#include "portique/inventory/python/python_requirements.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/python/python_name.h"
#include "portique/inventory/python/requirement_lines.h"

namespace portique::inventory {

namespace {

using base::Code;

// take(package, line); until it returns false.
template <typename Take>
void read_requirements(const FileContent& file, Analysis& analysis, Take take) {
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return;
  }
  // PowerShell writes "pip freeze > requirements.txt" so, and pip reads it.
  if (text->starts_with("\xFF\xFE") || text->starts_with("\xFE\xFF") || text->contains('\0')) {
    add_issue(analysis,
              Code::Unsupported,
              "the file is UTF-16 or no text; it is read if it is saved as UTF-8");
    return;
  }
  std::string_view content = *text;
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  RequirementLineReader lines(content);
  while (const auto line = lines.next()) {
    if (line->kind != RequirementLine::Kind::Requirement) continue;
    const auto requirement = python_requirement(line->text);
    if (!requirement) {
      if (issues_are_full(analysis)) return;
      add_issue(analysis,
                Code::Malformed,
                fmt::format("line {}: {} is no requirement", line->number, excerpt(line->text)));
      continue;
    }
    auto package = pypi_package(requirement->name, requirement->pinned_version());
    if (!package) continue;
    package->hashes = line->hashes;
    if (!take(std::move(*package))) return;
  }
}

} // namespace

Analysis analyze_python_requirements(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  DeclaredPackages declared(file.path(), limits, analysis);
  read_requirements(file, analysis, [&](model::Package package) {
    const std::string compared = normal_python_name(package.name);
    return declared.add(std::move(package), compared);
  });
  declared.finish();
  return analysis;
}

Analysis analyze_python_vendored(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  read_requirements(file, analysis, [&](model::Package package) {
    if (analysis.packages.size() >= limits.packages) {
      add_issue(analysis, Code::LimitExceeded, "too many packages; the rest is not read");
      return false;
    }
    package.path = file.path();
    analysis.packages.push_back(std::move(package));
    return true;
  });
  return analysis;
}

} // namespace portique::inventory
