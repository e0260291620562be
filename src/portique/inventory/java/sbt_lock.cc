// https://stringbean.github.io/sbt-dependency-lock/file-formats/version-1.html

#include "portique/inventory/java/sbt_lock.h"

#include <algorithm>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::fail;
namespace json = boost::json;
using model::PackageScope;

/// Only those of the test configurations are for development.
PackageScope scope_of(const json::object& dependency) {
  const json::array& configurations = base::json_items(&dependency, "configurations");
  const bool only_tests =
      !configurations.empty() && std::ranges::all_of(configurations, [](const json::value& value) {
        return value.is_string() && (value.get_string() == "test" || value.get_string() == "it");
      });
  return only_tests ? PackageScope::Development : PackageScope::Runtime;
}

base::Result<void>
read_dependencies(const FileContent& file, const base::Limits& limits, Analysis& analysis) {
  std::string buffer;
  const json::value document = PQ_TRY(base::parse_json(PQ_TRY(file.text(buffer))));
  const json::object* lock = base::json_object(&document);
  const auto version = base::json_integer(lock, "lockVersion");
  if (!version) return fail(Code::Malformed, "it has no lockVersion");
  if (*version != 1)
    return fail(Code::Unsupported, fmt::format("lockVersion {} is not known", *version));
  DeclaredPackages declared(file.path(), limits, analysis);
  std::size_t number = 0;
  for (const json::value& value : base::json_items(lock, "dependencies")) {
    ++number;
    const json::object* dependency = base::json_object(&value);
    const std::string_view group = base::json_string(dependency, "org");
    const std::string_view name = base::json_string(dependency, "name");
    const std::string_view at = base::json_string(dependency, "version");
    if (!base::is_word(group) || !base::is_word(name) || !base::is_word(at)) {
      if (!issues_are_full(analysis))
        add_issue(analysis,
                  Code::Malformed,
                  fmt::format("dependency {} has no organisation, name or version", number));
      continue;
    }
    model::Package package{.type = "maven",
                           .ns = std::string(group),
                           .name = std::string(name),
                           .version = std::string(at),
                           .scope = scope_of(*dependency)};
    for (const json::value& artifact : base::json_items(dependency, "artifacts"))
      if (const auto hash = base::json_string(base::json_object(&artifact), "hash");
          base::is_word(hash))
        package.hashes.emplace_back(hash);
    if (!declared.add(std::move(package))) break;
  }
  declared.finish();
  return {};
}

} // namespace

Analysis analyze_sbt_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  if (const auto read = read_dependencies(file, limits, analysis); !read)
    add_issue(analysis, read.error());
  return analysis;
}

} // namespace portique::inventory
