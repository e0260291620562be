#include "portique/policy/included_files.h"

#include <algorithm>
#include <filesystem>

#include "portique/base/text.h"
#include "portique/base/yaml.h"
#include "portique/policy/ready_policies.h"

namespace portique::policy {

using base::Code;
using base::fail;
using base::YamlNode;

namespace {

/// "https://host:1" of an address, "" of a path.
std::string_view host_part(std::string_view name) {
  const std::size_t scheme = name.find("://");
  if (scheme == std::string_view::npos) return {};
  return name.substr(0, std::min(name.find('/', scheme + 3), name.size()));
}

void add_names(const YamlNode* node, bool sets, std::vector<std::string>& names) {
  if (node == nullptr) return;
  std::vector<const YamlNode*> items;
  for (const YamlNode& item : node->items)
    items.push_back(&item);
  if (node->is_scalar()) items.push_back(node);
  for (const YamlNode* item : items) {
    if (!item->is_scalar()) continue;
    const std::string& name = item->text;
    // A set of constraints that is a file says so by its name; any other word is a ready one.
    const bool is_file = sets ? name.contains('/') || name.ends_with(".yaml")
                              : !name.empty() && !find_ready_policy(name);
    if (is_file && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
}

} // namespace

base::Result<std::string> included_name(std::string_view from, std::string_view name) {
  const auto refuse = [&] {
    return fail(Code::InvalidArgument,
                "'" + base::printable(name.substr(0, 200)) + "' is no file beside the policy");
  };
  if (name.empty() || name.contains('\0') || name.contains("://")) return refuse();
  const std::string_view host = host_part(from);
  std::filesystem::path path(name);
  if (host.empty()) {
    if (path.is_relative()) path = std::filesystem::path(from).parent_path() / path;
    return path.lexically_normal().string();
  }
  // Within an address these would mean something else than part of a name.
  if (path.is_absolute() || name.find_first_of("?#%\\:@") != std::string_view::npos)
    return refuse();
  const std::string_view own = from.substr(host.size(), from.find_first_of("?#") - host.size());
  path = (std::filesystem::path(own).parent_path() / path).relative_path().lexically_normal();
  const std::string inside = path.string();
  if (inside.empty() || inside == "." || inside == ".." || inside.starts_with("../"))
    return refuse();
  return std::string(host) + "/" + inside;
}

base::Result<std::vector<std::string>> includes_of(std::string_view text,
                                                   const base::Limits& limits) {
  const base::YamlDocument document = PQ_TRY(base::parse_single_yaml(text, limits));
  std::vector<std::string> names;
  if (!document.root.is_mapping()) return names;
  // In a set of constraints `include` names sets, as `constraints` does elsewhere.
  add_names(document.root.find("include"), false, names);
  add_names(document.root.find("constraints"), true, names);
  if (const YamlNode* roles = document.root.find("roles"))
    for (const base::YamlMember& role : roles->members)
      add_names(role.value.find("constraints"), true, names);
  return names;
}

} // namespace portique::policy
