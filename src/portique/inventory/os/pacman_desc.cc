// https://man.archlinux.org/man/alpm-db-desc.5 (and libalpm/be_local.c): "%FIELD%", its values one
// a line, an empty line.

#include "portique/inventory/os/pacman_desc.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"

namespace portique::inventory {

namespace {

using base::Code;

struct Description {
  std::string_view name, version, base, arch, packager;
  std::vector<std::string_view> licences, dependencies;

  std::string_view* single(std::string_view field) {
    if (field == "%NAME%") return &name;
    if (field == "%VERSION%") return &version;
    if (field == "%BASE%") return &base;
    if (field == "%ARCH%") return &arch;
    if (field == "%PACKAGER%") return &packager;
    return nullptr;
  }

  std::vector<std::string_view>* list(std::string_view field) {
    if (field == "%LICENSE%") return &licences;
    if (field == "%DEPENDS%") return &dependencies;
    return nullptr;
  }
};

Description read_description(std::string_view text) {
  Description found;
  std::string_view field;
  while (!text.empty()) {
    const std::string_view line = base::trim(base::take_until(text, '\n'));
    if (line.empty()) {
      field = {};
    } else if (field.empty()) {
      field = line;
    } else if (std::string_view* single = found.single(field)) {
      if (single->empty()) *single = line;
    } else if (auto* list = found.list(field)) {
      list->push_back(line);
    }
  }
  return found;
}

/// "1" of "1:2.3-4"; nothing if there is none.
std::optional<std::uint32_t> epoch_of(std::string_view version) {
  const std::size_t colon = version.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return base::parse_int<std::uint32_t>(version.substr(0, colon));
}

/// The package of "glibc>=2.36"; "" for a library of a name that packages provide ("libz.so=1-64").
std::string_view dependency_name(std::string_view dependency) {
  const std::string_view name = dependency.substr(0, dependency.find_first_of("<>=:"));
  return base::is_word(name) && !name.ends_with(".so") ? name : std::string_view{};
}

void add_package(const Description& found, Analysis& analysis) {
  for (const auto& [text, what] : {std::pair{found.name, "name"}, {found.version, "version"}})
    if (!base::is_word(text)) {
      add_issue(analysis,
                Code::Malformed,
                text.empty() ? fmt::format("it has no {}", what)
                             : fmt::format("{} is no {}", excerpt(text), what));
      return;
    }
  const std::string_view source = base::is_word(found.base) ? found.base : found.name;
  model::Package package{.type = "alpm",
                         .name = std::string(found.name),
                         .version = std::string(found.version),
                         .arch = utf8_value(found.arch),
                         .epoch = epoch_of(found.version),
                         .source_name = std::string(source),
                         .source_version = std::string(found.version),
                         .maintainer = utf8_value(found.packager)};
  for (const std::string_view licence : found.licences)
    package.licences.push_back(utf8_value(licence));
  for (const std::string_view dependency : found.dependencies)
    if (const auto name = dependency_name(dependency); !name.empty())
      package.dependencies.emplace_back(name);
  analysis.packages.push_back(std::move(package));
}

} // namespace

Analysis analyze_pacman_desc(const FileContent& file, const base::Limits&) {
  Analysis analysis;
  std::string buffer;
  if (const auto text = file.text(buffer))
    add_package(read_description(*text), analysis);
  else
    add_issue(analysis, text.error());
  for (model::Package& package : analysis.packages)
    package.path = file.path();
  return analysis;
}

} // namespace portique::inventory
