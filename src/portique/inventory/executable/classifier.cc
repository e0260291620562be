#include "portique/inventory/executable/classifier.h"

#include <optional>
#include <string>

#include "portique/base/text.h"

namespace portique::inventory {

namespace {

using base::Result;

/// "*" stands for any run of characters.
bool fits(std::string_view glob, std::string_view name) {
  std::size_t g = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos; // the last one seen, and what it stands for so far
  std::size_t taken = 0;
  while (n < name.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      taken = n;
    } else if (g < glob.size() && glob[g] == name[n]) {
      ++g;
      ++n;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      n = ++taken;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string_view::npos;
}

/// If the name fits: the version that begins where the first "*" stands, or nothing.
std::optional<std::string_view> fit(std::string_view glob, std::string_view name) {
  if (name.empty() || glob.empty() || glob.front() != name.front()) return std::nullopt;
  if (!fits(glob, name)) return std::nullopt;
  const std::size_t star = glob.find('*');
  if (star == std::string_view::npos) return std::string_view();
  std::string_view version = name.substr(star);
  version = version.substr(0, version.find_first_not_of("0123456789."));
  return version.substr(0, version.find_last_not_of('.') + 1);
}

std::optional<std::string_view> fit_any(std::string_view globs, std::string_view name) {
  while (!globs.empty())
    if (const auto version = fit(base::take_until(globs, ' '), name)) return version;
  return std::nullopt;
}

} // namespace

Result<std::vector<model::Package>> classify(const FileContent& file,
                                             std::span<const Classifier> classifiers) {
  std::vector<model::Package> packages;
  const std::string_view name = file.path().substr(file.path().rfind('/') + 1);
  for (const Classifier& classifier : classifiers) {
    const auto name_version = fit_any(classifier.files, name);
    if (!name_version) continue;
    const auto version =
        PQ_TRY(find_version(file, {classifier.patterns, *name_version, classifier.proof}));
    if (!version) continue;
    // Go writes its versions with a "v", whatever the programs do.
    const bool bare =
        classifier.type == "golang" && classifier.ns != "" && !version->starts_with('v');
    packages.push_back({.type = std::string(classifier.type),
                        .ns = std::string(classifier.ns),
                        .name = std::string(classifier.name),
                        .version = bare ? 'v' + *version : *version});
  }
  return packages;
}

} // namespace portique::inventory
