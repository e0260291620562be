// package.json, https://docs.npmjs.com/cli/v10/configuring-npm/package-json, and the folders that
// Node.js looks for it in, https://nodejs.org/api/modules.html#loading-from-node_modules-folders
#include "portique/inventory/javascript/npm_installed.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/javascript/npm_name.h"

namespace portique::inventory {

namespace {

using base::Code;
namespace json = boost::json;

enum class Lies : std::uint8_t {
  Elsewhere,
  InPackage, ///< where a package has folders of its own, test data as a rule
  InTree,    ///< where a package manager puts packages
};

/// Where the folders of packages are: behind each "node_modules".
class PathReader {
public:
  explicit PathReader(std::string_view path) : parts_(base::split(path, '/')) {}

  Lies read() {
    parts_.pop_back(); // package.json
    const auto last = std::ranges::find(parts_.rbegin(), parts_.rend(), "node_modules").base();
    if (last == parts_.begin()) return Lies::Elsewhere;
    at_ = static_cast<std::size_t>(last - parts_.begin());
    if (!take_package() || at_ != parts_.size()) return Lies::Elsewhere;
    at_ = static_cast<std::size_t>(std::ranges::find(parts_, "node_modules") - parts_.begin());
    while (at_ < parts_.size()) {
      if (parts_[at_++] != "node_modules" || !take_package()) return Lies::InPackage;
    }
    return Lies::InTree;
  }

private:
  // NAME, @SCOPE/NAME, or what lies in the store of a package manager.
  bool take_package() {
    if (at_ >= parts_.size()) return false;
    const std::string_view name = parts_[at_++];
    if (name.starts_with('.')) return take_stored();
    if (name.starts_with('@')) {
      ++at_;
      return at_ <= parts_.size() && !parts_[at_ - 1].starts_with('.');
    }
    return true;
  }

  // node_modules/.pnpm/NAME@VERSION/node_modules/NAME, node_modules/.store/NAME-HASH/package
  bool take_stored() {
    ++at_;
    if (at_ >= parts_.size()) return false;
    if (parts_[at_] == "package") {
      ++at_;
      return true;
    }
    if (parts_[at_] != "node_modules") return false;
    ++at_;
    return at_ < parts_.size() && !parts_[at_].starts_with('.') && take_package();
  }

  std::vector<std::string_view> parts_;
  std::size_t at_ = 0;
};

void add_licence(const json::value& value, std::vector<std::string>& licences) {
  std::string_view licence;
  if (const auto* text = value.if_string()) licence = *text;
  if (const auto* object = value.if_object()) licence = base::json_string(object, "type");
  if (!base::trim(licence).empty()) licences.emplace_back(base::trim(licence));
}

// "license": "MIT", and what was written before 2015: {"type": "MIT"}, "licenses": [...].
std::vector<std::string> licences_of(const json::object& object) {
  std::vector<std::string> licences;
  for (const std::string_view member : {"license", "licenses"}) {
    const json::value* value = base::json_member(&object, member);
    if (value == nullptr) continue;
    if (const auto* items = value->if_array()) {
      for (const json::value& item : *items)
        add_licence(item, licences);
    } else {
      add_licence(*value, licences);
    }
  }
  return licences;
}

std::vector<std::string> dependencies_of(const json::object& object) {
  std::vector<std::string> names;
  for (const std::string_view member : {"dependencies", "optionalDependencies"}) {
    for (const auto& [name, range] : base::json_fields(&object, member)) {
      const std::string_view asked = range.is_string() ? std::string_view(range.get_string()) : "";
      names.emplace_back(real_npm_name({name, asked}));
    }
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

// A leading "v" or "=" is no part of the version, npm drops it too.
std::string_view clean_version(std::string_view version) {
  version = base::trim(version);
  version.remove_prefix(std::min(version.find_first_not_of("v="), version.size()));
  return base::trim(version);
}

} // namespace

Analysis analyze_npm_installed(const FileContent& file, const base::Limits& /*limits*/) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  const Lies lies = PathReader(file.path()).read();
  if (lies == Lies::Elsewhere) return analysis;
  const auto issue = [&](Code code, std::string message) {
    if (lies == Lies::InTree) add_issue(analysis, code, std::move(message));
  };
  std::string_view content = *text;
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  const auto parsed = base::parse_json(content);
  if (!parsed) {
    issue(parsed.error().code(), parsed.error().text());
    return analysis;
  }
  const json::object* object = base::json_object(&*parsed);
  if (object == nullptr) {
    issue(Code::Malformed, "package.json is no JSON object");
    return analysis;
  }
  const std::string_view name = base::json_string(object, "name");
  const std::string_view version = clean_version(base::json_string(object, "version"));
  auto package = npm_package(name, version);
  if (!package) {
    // Folders without any name are parts that tools put beside packages.
    if (!name.empty() || !version.empty())
      issue(Code::Malformed,
            fmt::format("package {} has {}",
                        excerpt(name),
                        version.empty() ? "no version" : "no valid name and version"));
    return analysis;
  }
  package->path = file.path();
  package->licences = licences_of(*object);
  package->dependencies = dependencies_of(*object);
  analysis.packages.push_back(std::move(*package));
  return analysis;
}

} // namespace portique::inventory
