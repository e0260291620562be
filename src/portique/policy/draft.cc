#include "portique/policy/draft.h"

#include <algorithm>
#include <filesystem>

#include "portique/base/file.h"
#include "portique/base/nearest.h"
#include "portique/base/text.h"
#include "portique/policy/ready_policies.h"

namespace portique::policy {

namespace {

template <typename T> T* find_named(std::vector<T>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &T::name);
  return found == all.end() ? nullptr : &*found;
}

boost::json::value json_of(const base::YamlNode& node) {
  switch (node.kind) {
  case base::YamlNode::Kind::Null:
    return nullptr;
  case base::YamlNode::Kind::Sequence: {
    boost::json::array array;
    for (const base::YamlNode& item : node.items)
      array.push_back(json_of(item));
    return array;
  }
  case base::YamlNode::Kind::Mapping: {
    boost::json::object object;
    for (const base::YamlMember& member : node.members)
      object.insert_or_assign(member.key, json_of(member.value));
    return object;
  }
  case base::YamlNode::Kind::Scalar:
    break;
  }
  if (node.is_null()) return nullptr;
  if (!node.quoted && (node.text == "true" || node.text == "false")) return node.text == "true";
  // A number stays one only if nothing of what was written gets lost: "1.10" and "007" are texts.
  if (const auto number = node.integer(); number && std::to_string(*number) == node.text)
    return *number;
  return boost::json::string(node.text);
}

} // namespace

RuleDraft* PolicyDraft::find_rule(std::string_view rule) {
  return find_named(rules, rule);
}

MacroDraft* PolicyDraft::find_macro(std::string_view macro) {
  return find_named(macros, macro);
}

ListDraft* PolicyDraft::find_list(std::string_view list) {
  return find_named(lists, list);
}

bool PolicyDraft::wants(Level level) const {
  constexpr std::size_t kMost = 500;
  if (diagnostics.size() < kMost) return true;
  return level == Level::Error &&
         std::ranges::find(diagnostics, Level::Error, &Diagnostic::level) == diagnostics.end();
}

void PolicyDraft::complain(Level level, const ConditionText& text, const Complaint& complaint) {
  if (wants(level)) diagnostics.push_back(text.diagnostic(level, complaint));
}

void PolicyDraft::complain(Level level, const Origin& origin, std::string message) {
  if (!wants(level)) return;
  diagnostics.push_back(diagnostic_at(level, *origin.file, origin.place, std::move(message)));
}

void read_examples(const std::shared_ptr<const SourceFile>& file,
                   const base::YamlNode& node,
                   RuleDraft& rule,
                   PolicyDraft& draft) {
  if (!node.is_sequence()) {
    draft.complain(Level::Error, {file, node.place}, "examples are a list");
    return;
  }
  for (const base::YamlNode& item : node.items) {
    const bool one =
        item.is_mapping() && item.members.size() == 1 && item.members.front().value.is_mapping() &&
        (item.members.front().key == "match" || item.members.front().key == "no_match");
    if (!one) {
      draft.complain(Level::Error,
                     {file, item.place},
                     "an example is 'match:' or 'no_match:' with fields and their values");
      continue;
    }
    Example example;
    example.must_match = item.members.front().key == "match";
    example.input = json_of(item.members.front().value).get_object();
    example.origin = {file, item.place};
    rule.examples.push_back(std::move(example));
  }
}

void read_policy_text(const std::shared_ptr<const SourceFile>& file,
                      const base::Limits& limits,
                      PolicyDraft& draft) {
  draft.files.push_back(file);
  auto documents = base::parse_yaml(file->text, limits, base::DuplicateKeys::KeepLast);
  if (!documents) {
    Diagnostic made;
    made.file = file->name;
    made.message = documents.error().text();
    draft.diagnostics.push_back(std::move(made));
    return;
  }
  for (const base::YamlDocument& document : *documents) {
    for (const base::YamlDuplicate& twice : document.duplicates)
      draft.complain(Level::Error,
                     {file, twice.second},
                     "'" + base::printable(twice.key.substr(0, 80)) + "' stands here and in line " +
                         std::to_string(twice.first.line));
    if (document.root.is_null()) continue;
    if (document.root.is_mapping())
      read_portique_policy(file, document.root, limits, draft);
    else if (document.root.is_sequence())
      read_falco_rules(file, document.root, draft);
    else
      draft.complain(Level::Error,
                     {file, document.root.place},
                     "this is no policy: neither 'rules:' nor a list of Falco rules");
  }
}

namespace {

/// A slip of the pen in the name of a ready policy.
std::string near_ready_policy(std::string_view name) {
  std::vector<std::string> names;
  for (const ReadyPolicy& ready : ready_policies())
    names.emplace_back(ready.name);
  const std::string near = base::nearest(name, names);
  return near.empty() ? std::string() : "; did you mean " + near + "?";
}

} // namespace

std::optional<std::string> included_text(const std::string& name,
                                         const Origin& from,
                                         const base::Limits& limits,
                                         PolicyDraft& draft) {
  if (draft.included == nullptr) {
    auto read = base::read_file(name, limits.yaml_bytes);
    if (read) return std::move(*read);
    draft.complain(Level::Error, from, read.error().text());
    return std::nullopt;
  }
  const auto found = draft.included->find(name);
  if (found != draft.included->end()) return found->second;
  draft.complain(
      Level::Error, from, "the file " + base::printable(name) + " did not come with the policy");
  return std::nullopt;
}

void include_policy(std::string_view name,
                    const Origin* from,
                    const base::Limits& limits,
                    PolicyDraft& draft) {
  const auto complain = [&](std::string message) {
    if (from != nullptr) return draft.complain(Level::Error, *from, std::move(message));
    Diagnostic made;
    made.file = std::string(name);
    made.message = std::move(message);
    draft.diagnostics.push_back(std::move(made));
  };
  std::string shown;
  std::string text;
  if (const auto ready = find_ready_policy(name)) {
    shown = "<" + std::string(name) + ">";
    text = ready->text;
  } else if (from == nullptr && name == kStandardInput) {
    shown = "<standard input>";
    auto read = base::read_file("/dev/stdin", limits.yaml_bytes);
    if (!read) return complain(read.error().text());
    text = std::move(*read);
  } else if (from != nullptr && draft.included != nullptr) {
    const auto inside = included_name(from->file->name, name);
    if (!inside) return complain(inside.error().text() + near_ready_policy(name));
    auto read = included_text(*inside, *from, limits, draft);
    if (!read) return;
    shown = *inside;
    text = std::move(*read);
  } else {
    std::filesystem::path path(name);
    // Beside the file that includes it.
    if (from != nullptr && path.is_relative() && !from->file->name.starts_with('<'))
      path = std::filesystem::path(from->file->name).parent_path() / path;
    // However it is spelt, it is one file.
    path = path.lexically_normal();
    auto read = base::read_file(path, limits.yaml_bytes);
    if (!read) return complain(read.error().text() + near_ready_policy(name));
    shown = path.string();
    text = std::move(*read);
  }
  if (std::ranges::any_of(draft.files, [&](const auto& file) { return file->name == shown; })) {
    // Twice is once; a circle ends here, too.
    return;
  }
  if (draft.files.size() >= limits.policy_files)
    return complain("more than " + std::to_string(limits.policy_files) + " files");
  if (draft.file.empty() && draft.files.empty() && !shown.starts_with('<')) draft.file = shown;
  read_policy_text(std::make_shared<SourceFile>(SourceFile{shown, std::move(text)}), limits, draft);
}

} // namespace portique::policy
