// https://getcomposer.org/doc/01-basic-usage.md. Both files list packages as their composer.json
// describes them, with "version" set. installed.json of Composer 1 is the list itself; that of
// Composer 2 is an object with "packages" and "dev-package-names".
#include "portique/inventory/php/composer.h"

#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"

namespace portique::inventory {

namespace {

using base::Code;
using model::PackageScope;
namespace json = boost::json;

/// "php", "ext-json", "lib-curl", "composer-runtime-api": what the platform has, not packages.
bool is_package_name(std::string_view name) {
  const std::size_t slash = name.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < name.size() &&
         base::is_word(name);
}

/// Nothing for an entry that is no package, told as an issue.
std::optional<model::Package> package_of(const json::value& value, Analysis& analysis) {
  const json::object* entry = value.if_object();
  const std::string_view name = base::json_string(entry, "name");
  const std::string_view version = base::json_string(entry, "version");
  if (!is_package_name(name) || !base::is_word(version)) {
    add_issue(analysis,
              Code::Malformed,
              name.empty() ? "a package has no name"
                           : "the package " + excerpt(name) + " has no valid name and version");
    return std::nullopt;
  }
  const std::size_t slash = name.find('/');
  model::Package package{.type = "composer",
                         .ns = utf8_value(name.substr(0, slash)),
                         .name = utf8_value(name.substr(slash + 1)),
                         .version = utf8_value(version)};
  for (const json::value& licence : base::json_items(entry, "license"))
    if (licence.is_string()) package.licences.push_back(utf8_value(licence.get_string()));
  if (const std::string_view licence = base::json_string(entry, "license"); !licence.empty())
    package.licences.push_back(utf8_value(licence));
  for (const auto& [required, constraint] : base::json_fields(entry, "require"))
    if (is_package_name(required)) package.dependencies.push_back(utf8_value(required));
  const json::object& dist = base::json_fields(entry, "dist");
  constexpr std::size_t kSha1Digits = 40;
  if (const std::string_view sha1 = base::json_string(&dist, "shasum"); sha1.size() == kSha1Digits)
    package.hashes.push_back("sha1:" + utf8_value(sha1));
  return package;
}

/// The document, or nothing and an issue.
std::optional<json::value> read_document(const FileContent& file, Analysis& analysis) {
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return std::nullopt;
  }
  auto document = base::parse_json(*text);
  if (!document) {
    add_issue(analysis, document.error());
    return std::nullopt;
  }
  return std::move(*document);
}

} // namespace

Analysis analyze_composer_installed(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto document = read_document(file, analysis);
  if (!document) return analysis;
  const json::object* object = document->if_object();
  const json::array* list = document->if_array();
  if (list == nullptr && object != nullptr)
    list = base::json_array(object->if_contains("packages"));
  if (list == nullptr) {
    add_issue(analysis, Code::Malformed, "this is no list of Composer's packages");
    return analysis;
  }
  std::unordered_set<std::string_view> development;
  for (const json::value& name : base::json_items(object, "dev-package-names"))
    if (name.is_string()) development.insert(name.get_string());
  for (const json::value& entry : *list) {
    if (analysis.packages.size() >= limits.packages) {
      add_issue(analysis, Code::LimitExceeded, "too many packages; the rest is not read");
      break;
    }
    auto package = package_of(entry, analysis);
    if (!package) continue;
    if (development.contains(package->ns + "/" + package->name))
      package->scope = PackageScope::Development;
    package->path = file.path();
    analysis.packages.push_back(std::move(*package));
  }
  return analysis;
}

Analysis analyze_composer_lock(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto document = read_document(file, analysis);
  if (!document) return analysis;
  const json::object* object = document->if_object();
  if (object == nullptr || !object->contains("packages")) {
    add_issue(analysis, Code::Malformed, "this is no lock file of Composer");
    return analysis;
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  for (const auto& [member, scope] : {std::pair{"packages", PackageScope::Runtime},
                                      std::pair{"packages-dev", PackageScope::Development}})
    for (const json::value& entry : base::json_items(object, member)) {
      auto package = package_of(entry, analysis);
      if (!package) continue;
      package->scope = scope;
      if (!declared.add(std::move(*package))) break;
    }
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
