// https://github.com/luarocks/luarocks/wiki/Rockspec-format. In a source tree the rock that the
// file describes is the project itself; "a == 1.0" and "a 1.0" ask for one version of another.
#include "portique/inventory/lua/rockspec.h"

#include <algorithm>
#include <string>
#include <utility>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/lock_document.h"
#include "portique/inventory/lua/lua_assignments.h"

namespace portique::inventory {

namespace {

using base::Code;
using model::PackageScope;

struct Request {
  std::string_view name;
  std::string_view version; ///< "" for a range, or none at all
};

Request request_of(std::string_view text) {
  text = base::trim(text);
  const std::size_t end = std::min(text.find_first_of(" \t<>=~"), text.size());
  Request request{text.substr(0, end), base::trim(text.substr(end))};
  if (request.version.starts_with("==")) {
    request.version = base::trim(request.version.substr(2));
  } else if (request.version.starts_with('=')) {
    request.version = base::trim(request.version.substr(1));
  }
  if (request.version.find_first_of("<>=~, \t") != std::string_view::npos) request.version = {};
  return request;
}

} // namespace

Analysis analyze_rockspec(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = read_text(file, buffer, analysis);
  if (!text) return analysis;
  const auto rockspec = read_lua_assignments(*text);
  if (!rockspec) {
    add_issue(analysis, rockspec.error());
    return analysis;
  }
  if (rockspec->find("package") == nullptr) {
    add_issue(analysis, Code::Malformed, "the rockspec does not name its package");
    return analysis;
  }
  DeclaredPackages declared(file.path(), limits, analysis);
  constexpr std::pair<std::string_view, PackageScope> kLists[] = {
      {"dependencies", PackageScope::Runtime},
      {"build_dependencies", PackageScope::Development},
      {"test_dependencies", PackageScope::Development},
  };
  for (const auto& [list, scope] : kLists) {
    const LuaValue* requests = rockspec->find(list);
    if (requests == nullptr) continue;
    for (const LuaValue& item : requests->fields) {
      const Request request = request_of(item.text);
      if (!base::is_word(request.name) || !base::is_word(request.version) || request.name == "lua")
        continue;
      model::Package package{.type = "luarocks",
                             .name = base::to_lower(utf8_value(request.name)),
                             .version = utf8_value(request.version)};
      // "owner/rock" of another manifest of luarocks.org.
      if (const std::size_t slash = package.name.find('/'); slash != std::string::npos) {
        package.ns = package.name.substr(0, slash);
        package.name.erase(0, slash + 1);
      }
      if (package.name.empty()) continue;
      package.scope = scope;
      if (!declared.add(std::move(package))) break;
    }
  }
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
