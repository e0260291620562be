// https://docs.gradle.org/current/userguide/version_catalogs.html: [versions] names versions,
// [libraries] are "group:artifact:version", or tables of "module" or "group" and "name", and
// "version", which may be a text, a reference to a named one, or a rich version. Of rich versions
// only "strictly" and "require" with a single version tell one. Plugins are not libraries.

#include "portique/inventory/java/gradle_catalog.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/base/toml.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/java/maven_identity.h"

namespace portique::inventory {

namespace {

using base::Code;
namespace json = boost::json;

/// The one version that a value stands for; "" if it is a range or refers to nothing.
std::string_view version_of(const json::value* value, const json::object* versions, int depth = 0) {
  if (value == nullptr || depth > 2) return {};
  if (const json::object* rich = value->if_object()) {
    if (const std::string_view name = base::json_string(rich, "ref"); !name.empty())
      return version_of(base::json_member(versions, name), versions, depth + 1);
    for (const std::string_view key : {"strictly", "require"})
      if (const auto version = version_of(base::json_member(rich, key), versions, depth + 1);
          !version.empty())
        return version;
    return {};
  }
  if (!value->is_string()) return {};
  const std::string_view text = value->get_string();
  const bool single = base::is_word(text) && text.find_first_of("[](),+") == text.npos &&
                      !text.starts_with("latest.");
  return single ? text : std::string_view{};
}

MavenCoordinates coordinates_of(const json::value& library, const json::object* versions) {
  std::string_view module;
  std::string_view version;
  if (library.is_string()) {
    module = library.get_string();
    const std::size_t last = module.rfind(':');
    if (std::ranges::count(module, ':') == 2) {
      version = module.substr(last + 1);
      module = module.substr(0, last);
    }
  } else if (const json::object* table = library.if_object()) {
    version = version_of(base::json_member(table, "version"), versions);
    module = base::json_string(table, "module");
    if (module.empty())
      return {std::string(base::json_string(table, "group")),
              std::string(base::json_string(table, "name")),
              std::string(version)};
  }
  const std::size_t colon = module.find(':');
  if (colon == std::string_view::npos) return {};
  return {std::string(module.substr(0, colon)),
          std::string(module.substr(colon + 1)),
          std::string(version)};
}

base::Result<void>
read_libraries(const FileContent& file, const base::Limits& limits, Analysis& analysis) {
  std::string buffer;
  const json::value document = PQ_TRY(base::parse_toml(PQ_TRY(file.text(buffer)), limits));
  const json::object* catalogue = base::json_object(&document);
  const json::object& versions = base::json_fields(catalogue, "versions");
  DeclaredPackages declared(file.path(), limits, analysis);
  for (const auto& [alias, library] : base::json_fields(catalogue, "libraries")) {
    const MavenCoordinates id = coordinates_of(library, &versions);
    if (!base::is_word(id.group) || !base::is_word(id.artifact)) {
      if (!issues_are_full(analysis))
        add_issue(analysis,
                  Code::Malformed,
                  fmt::format("library {} has no group and name", excerpt(alias)));
      continue;
    }
    if (!base::is_word(id.version)) continue; // a platform or a rule elsewhere gives it
    if (!declared.add(
            {.type = "maven", .ns = id.group, .name = id.artifact, .version = id.version}))
      break;
  }
  declared.finish();
  return {};
}

} // namespace

Analysis analyze_gradle_catalog(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  if (const auto read = read_libraries(file, limits, analysis); !read)
    add_issue(analysis, read.error());
  return analysis;
}

} // namespace portique::inventory
