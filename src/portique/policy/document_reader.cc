#include "portique/policy/document_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "portique/base/nearest.h"
#include "portique/base/text.h"

namespace portique::policy {

DocumentReader::DocumentReader(std::shared_ptr<const SourceFile> file, PolicyDraft& draft)
    : file_(std::move(file)), diagnostics_to_(&draft) {}

void DocumentReader::complain(const base::YamlNode& node, std::string message, Level level) {
  diagnostics_to_->complain(level, {file_, node.place}, std::move(message));
}

void DocumentReader::check_keys(const base::YamlNode& node,
                                std::initializer_list<std::string_view> known,
                                std::string_view of_what) {
  constexpr std::size_t kShown = 80;
  const std::vector<std::string> names(known.begin(), known.end());
  for (const base::YamlMember& member : node.members) {
    if (std::ranges::find(names, member.key) != names.end()) continue;
    const std::string near = base::nearest(member.key, names);
    diagnostics_to_->complain(Level::Error,
                              {file_, member.place},
                              "'" + base::printable(member.key.substr(0, kShown)) +
                                  "' is no part of " + std::string(of_what) +
                                  (near.empty() ? "" : "; did you mean " + near + "?"));
  }
}

std::string DocumentReader::text_of(const base::YamlNode& node, std::string_view key) {
  const base::YamlNode* value = node.find(key);
  if (value == nullptr || value->is_null()) return "";
  if (value->is_scalar()) return value->text;
  complain(*value, "'" + std::string(key) + "' is a text");
  return "";
}

} // namespace portique::policy
