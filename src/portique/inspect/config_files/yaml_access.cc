#include "portique/inspect/config_files/yaml_access.h"

#include <algorithm>

namespace portique::inspect {

namespace {

std::uint32_t last_line(const YamlNode& node, std::uint32_t line) {
  line = std::max(line, node.place.line);
  // A block scalar goes on for as many lines as its text has.
  if (node.is_scalar() && node.quoted)
    line = std::max(
        line, node.place.line + static_cast<std::uint32_t>(std::ranges::count(node.text, '\n')));
  for (const YamlNode& item : node.items)
    line = last_line(item, line);
  for (const YamlMember& each : node.members)
    if (!each.merged) line = last_line(each.value, std::max(line, each.place.line));
  return line;
}

} // namespace

const YamlNode* at(const YamlNode* node, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (node == nullptr) return nullptr;
    node = node->find(name);
  }
  return node;
}

const YamlMember* member(const YamlNode* node, std::string_view name) {
  if (node == nullptr) return nullptr;
  const auto found = std::ranges::find(node->members, name, &YamlMember::key);
  return found == node->members.end() ? nullptr : &*found;
}

std::span<const YamlNode> items(const YamlNode* node) {
  if (node == nullptr) return {};
  return node->items;
}

std::span<const YamlMember> members(const YamlNode* node) {
  if (node == nullptr) return {};
  return node->members;
}

std::string_view text(const YamlNode* node) {
  return node != nullptr && node->is_scalar() ? std::string_view(node->text) : std::string_view();
}

bool is_true(const YamlNode* node) {
  return node != nullptr && node->boolean() == true;
}

bool is_false(const YamlNode* node) {
  return node != nullptr && node->boolean() == false;
}

bool is_set(const YamlNode* node) {
  return node != nullptr && !node->is_null();
}

model::LineRange lines_of(const YamlNode& node) {
  return {node.place.line, last_line(node, node.place.line)};
}

model::LineRange lines_of(const YamlMember& member) {
  // What an alias brought in keeps the place of the original, which lies elsewhere.
  const model::LineRange value = lines_of(member.value);
  const bool near = value.first >= member.place.line && !member.merged;
  return {member.place.line, near ? value.last : member.place.line};
}

model::LineRange lines_of_member(const YamlNode& parent, std::string_view name) {
  const YamlMember* found = member(&parent, name);
  return found == nullptr ? lines_of(parent) : lines_of(*found);
}

} // namespace portique::inspect
