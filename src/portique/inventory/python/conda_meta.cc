// The record that conda keeps of each package of an environment:
// https://docs.conda.io/projects/conda/en/stable/dev-guide/specs.html
#include "portique/inventory/python/conda_meta.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/python/python_name.h"

namespace portique::inventory {

namespace {

using base::Code;
namespace json = boost::json;

constexpr std::size_t kLongestName = 256;

/// "python >=3.8,<3.9.0a0" asks for "python"; "__glibc >=2.17" for something of the system.
std::vector<std::string> dependencies_of(const json::object& record) {
  std::vector<std::string> names;
  for (const json::value& text : base::json_items(&record, "depends")) {
    if (!text.is_string()) continue;
    const std::string_view spec = text.get_string();
    const std::string_view name = spec.substr(0, spec.find_first_of(" =<>!~["));
    if (!name.empty() && !name.starts_with("__")) names.emplace_back(name);
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

} // namespace

Analysis analyze_conda_meta(const FileContent& file, const base::Limits& /*limits*/) {
  Analysis analysis;
  std::string buffer;
  const auto text = file.text(buffer);
  if (!text) {
    add_issue(analysis, text.error());
    return analysis;
  }
  const auto parsed = base::parse_json(*text);
  if (!parsed) {
    add_issue(analysis, parsed.error());
    return analysis;
  }
  const json::object* record = base::json_object(&*parsed);
  const std::string_view name = base::json_string(record, "name");
  const std::string_view version = base::json_string(record, "version");
  if (!base::is_word(name) || name.size() > kLongestName || !base::is_word(version)) {
    add_issue(analysis,
              Code::Malformed,
              fmt::format("the record has no valid name and version (name {}, version {})",
                          excerpt(name),
                          excerpt(version)));
    return analysis;
  }
  model::Package package{.type = "conda",
                         .name = std::string(name),
                         .version = std::string(version),
                         .arch = std::string(base::json_string(record, "subdir")),
                         .path = std::string(file.path())};
  if (const auto licence = base::trim(base::json_string(record, "license")); !licence.empty())
    package.licences.emplace_back(licence);
  for (const std::string_view algorithm : {"sha256", "md5"}) {
    std::string hash = python_hash(std::string(algorithm) + ":" +
                                   std::string(base::json_string(record, algorithm)));
    if (!hash.empty()) package.hashes.push_back(std::move(hash));
  }
  package.dependencies = dependencies_of(*record);
  analysis.packages.push_back(std::move(package));
  return analysis;
}

} // namespace portique::inventory
