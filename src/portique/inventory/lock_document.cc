#include "portique/inventory/lock_document.h"

#include "portique/base/json.h"
#include "portique/base/toml.h"
#include "portique/inventory/add_issue.h"
#include "portique/model/purl.h"

namespace portique::inventory {

namespace {

/// The value, or nothing and its error as an issue.
template <typename T> std::optional<T> take(base::Result<T> result, Analysis& analysis) {
  if (result) return std::move(*result);
  add_issue(analysis, result.error());
  return std::nullopt;
}

} // namespace

std::optional<std::string_view>
read_text(const FileContent& file, std::string& buffer, Analysis& analysis) {
  return take(file.text(buffer), analysis);
}

std::optional<boost::json::value> read_json_document(const FileContent& file, Analysis& analysis) {
  std::string buffer;
  const auto text = read_text(file, buffer, analysis);
  if (!text) return std::nullopt;
  return take(base::parse_json(*text), analysis);
}

std::optional<boost::json::value>
read_toml_document(const FileContent& file, const base::Limits& limits, Analysis& analysis) {
  std::string buffer;
  const auto text = read_text(file, buffer, analysis);
  if (!text) return std::nullopt;
  return take(base::parse_toml(*text, limits), analysis);
}

std::optional<base::YamlNode>
read_yaml_document(const FileContent& file, const base::Limits& limits, Analysis& analysis) {
  std::string buffer;
  const auto text = read_text(file, buffer, analysis);
  if (!text) return std::nullopt;
  base::Limits wider = limits;
  wider.yaml_bytes = limits.lock_file_bytes;
  wider.yaml_text_bytes = 2 * limits.lock_file_bytes;
  wider.yaml_nodes = limits.lock_file_values;
  auto document =
      take(base::parse_single_yaml(*text, wider, base::DuplicateKeys::KeepLast), analysis);
  if (!document) return std::nullopt;
  return std::move(document->root);
}

std::string_view yaml_text(const base::YamlNode* node, std::string_view member) {
  const base::YamlNode* found = node == nullptr ? nullptr : node->find(member);
  return found != nullptr && found->is_scalar() && !found->is_null() ? found->text
                                                                     : std::string_view{};
}

void set_purl(model::Package& package,
              std::initializer_list<std::pair<std::string_view, std::string>> qualifiers) {
  model::Purl purl{package.type, package.ns, package.name, package.version, {}, {}};
  for (const auto& [key, value] : qualifiers)
    if (!value.empty()) purl.qualifiers.emplace_back(key, value);
  package.purl = purl.text();
}

std::string vcs_url(std::string_view repository, std::string_view commit) {
  if (repository.empty()) return {};
  std::string url = "git+" + utf8_value(repository);
  if (!commit.empty()) url += "@" + utf8_value(commit);
  return url;
}

} // namespace portique::inventory
