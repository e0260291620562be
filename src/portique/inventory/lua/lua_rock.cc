// LuaRocks keeps the rockspec of what it installs at rocks-5.1/NAME/VERSION/NAME-VERSION.rockspec
// (rocks/ before Lua 5.2): https://github.com/luarocks/luarocks/wiki/Rockspec-format. The folders
// are what LuaRocks itself goes by; the file tells licence and dependencies.
#include "portique/inventory/lua/lua_rock.h"

#include <string>
#include <utility>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/lock_document.h"
#include "portique/inventory/lua/lua_assignments.h"

namespace portique::inventory {

namespace {

using base::Code;

void read_rockspec(const LuaValue& rockspec, model::Package& package) {
  const LuaValue* description = rockspec.find("description");
  const LuaValue* licence = description == nullptr ? nullptr : description->find("license");
  if (licence != nullptr && !licence->text.empty())
    package.licences.push_back(utf8_value(licence->text));
  const LuaValue* dependencies = rockspec.find("dependencies");
  if (dependencies == nullptr) return;
  for (const LuaValue& dependency : dependencies->fields) {
    // "lpeg >= 1.0"; tables are for platforms.
    std::string_view text = base::trim(dependency.text);
    const std::string_view name = text.substr(0, text.find_first_of(" \t<>=~"));
    if (base::is_word(name) && name != "lua")
      package.dependencies.push_back(base::to_lower(utf8_value(name)));
  }
}

} // namespace

Analysis analyze_lua_rock(const FileContent& file, const base::Limits& /*limits*/) {
  Analysis analysis;
  std::string buffer;
  const auto text = read_text(file, buffer, analysis);
  if (!text) return analysis;
  const auto folders = base::split(file.path(), '/');
  const std::size_t count = folders.size();
  const std::string_view name = count < 3 ? std::string_view{} : folders[count - 3];
  const std::string_view version = count < 3 ? std::string_view{} : folders[count - 2];
  if (!base::is_word(name) || !base::is_word(version)) {
    add_issue(analysis, Code::Malformed, "the folders are not named after a rock and its version");
    return analysis;
  }
  model::Package package{.type = "luarocks",
                         .name = base::to_lower(utf8_value(name)),
                         .version = utf8_value(version),
                         .path = std::string(file.path())};
  const auto rockspec = read_lua_assignments(*text);
  if (rockspec && rockspec->find("package") != nullptr)
    read_rockspec(*rockspec, package);
  else if (rockspec)
    add_issue(analysis, Code::Malformed, "the rockspec does not name its package");
  else
    add_issue(analysis, rockspec.error());
  analysis.packages.push_back(std::move(package));
  return analysis;
}

} // namespace portique::inventory
