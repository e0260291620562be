// Core metadata, https://packaging.python.org/en/latest/specifications/core-metadata/: headers as
// in mail, then a blank line and the description.
#include "portique/inventory/python/python_metadata.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/python/python_name.h"

namespace portique::inventory {

namespace {

using base::Code;

/// Longer text in License is the text of the licence and no name.
constexpr std::size_t kLongestLicence = 200;

struct Header {
  std::string_view name;
  std::string_view value; ///< with its further lines as they are
};

/// Takes the next header off `rest`, which becomes empty behind the last one. Lines that are none
/// are passed over, as Python's reader does.
std::optional<Header> take_header(std::string_view& rest) {
  while (!rest.empty()) {
    const char* begin = rest.data();
    const std::string_view line = base::take_until(rest, '\n');
    if (base::trim(line).empty()) {
      rest = {};
      return std::nullopt;
    }
    const char* end = line.data() + line.size();
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) {
      const std::string_view more = base::take_until(rest, '\n');
      end = more.data() + more.size();
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || line.front() == ' ' || line.front() == '\t') continue;
    const char* value = begin + colon + 1;
    return Header{base::trim(line.substr(0, colon)),
                  base::trim({value, static_cast<std::size_t>(end - value)})};
  }
  return std::nullopt;
}

struct Metadata {
  std::string_view name, version, licence, expression;
  std::vector<std::string_view> classifiers;
  PythonDependencies dependencies;
};

Metadata read_metadata(std::string_view rest) {
  Metadata metadata;
  while (const auto header = take_header(rest)) {
    const auto is = [&](std::string_view name) {
      return base::equals_ignore_case(header->name, name);
    };
    const auto set_once = [&](std::string_view& field) {
      if (field.empty()) field = header->value;
    };
    if (is("Name")) set_once(metadata.name);
    if (is("Version")) set_once(metadata.version);
    if (is("License")) set_once(metadata.licence);
    if (is("License-Expression")) set_once(metadata.expression);
    if (is("Classifier")) metadata.classifiers.push_back(header->value);
    if (is("Requires-Dist")) metadata.dependencies.add(header->value);
  }
  return metadata;
}

/// The expression of newer metadata, else the field of its own, else classifiers
/// ("License :: OSI Approved :: MIT License").
std::vector<std::string> licences_of(const Metadata& metadata) {
  if (!metadata.expression.empty()) return {utf8_value(metadata.expression)};
  const std::string_view licence = metadata.licence;
  if (!licence.empty() && licence.size() <= kLongestLicence && !licence.contains('\n') &&
      !base::equals_ignore_case(licence, "UNKNOWN")) {
    return {utf8_value(licence)};
  }
  std::vector<std::string> names;
  for (const std::string_view classifier : metadata.classifiers) {
    const std::size_t last = classifier.rfind("::");
    if (!classifier.starts_with("License") || last == std::string_view::npos) continue;
    const std::string_view name = base::trim(classifier.substr(last + 2));
    if (name != "OSI Approved" && !name.empty()) names.push_back(utf8_value(name));
  }
  return names;
}

} // namespace

std::string_view python_folder_name(std::string_view component) {
  const std::string_view stem = component.substr(0, component.rfind('.'));
  const std::size_t dash = stem.find('-');
  if (dash == std::string_view::npos || dash == 0) return {};
  // What follows the version: "-py3.11", "-1-py3-none-any".
  return stem.substr(0, stem.find('-', dash + 1));
}

void add_python_package(std::string_view metadata_text,
                        std::string_view path,
                        std::string_view folder_name,
                        Analysis& analysis) {
  Metadata metadata = read_metadata(metadata_text);
  auto package = pypi_package(metadata.name, metadata.version);
  if (!package) {
    const std::size_t dash = std::min(folder_name.find('-'), folder_name.size());
    package = pypi_package(folder_name.substr(0, dash),
                           folder_name.substr(std::min(dash + 1, folder_name.size())));
    add_issue(analysis,
              Code::Malformed,
              fmt::format("the metadata have no valid name and version (name {}, version {}){}",
                          excerpt(metadata.name),
                          excerpt(metadata.version),
                          package ? "; those of the folder are taken" : ""));
    if (!package) return;
  }
  package->path = path;
  package->licences = licences_of(metadata);
  package->dependencies = metadata.dependencies.take();
  analysis.packages.push_back(std::move(*package));
}

} // namespace portique::inventory
