#include "portique/inventory/executable/version_file.h"

#include <string>
#include <utility>

#include "portique/inventory/add_issue.h"
#include "portique/inventory/executable/classifier.h"

namespace portique::inventory {

namespace {

/// A file that is what its name says, by the needle of its pattern, but names no version.
void report_missing_version(const FileContent& file, Analysis& analysis) {
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) return;
  for (const Classifier& classifier : text_classifiers()) {
    const std::string_view needle = classifier.patterns.front().needle;
    if (needle.empty() || !text->contains(needle)) continue;
    add_issue(analysis,
              base::Code::Malformed,
              "the file describes " + std::string(classifier.name) + " but names no version of it");
    return;
  }
}

} // namespace

Analysis analyze_version_file(const FileContent& file, const base::Limits&) {
  Analysis analysis;
  auto packages = classify(file, text_classifiers());
  if (!packages) {
    add_issue(analysis, packages.error());
    return analysis;
  }
  analysis.packages = std::move(*packages);
  if (analysis.packages.empty()) report_missing_version(file, analysis);
  for (model::Package& package : analysis.packages)
    package.path = file.path();
  return analysis;
}

} // namespace portique::inventory
