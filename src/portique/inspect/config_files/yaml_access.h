#pragma once

// Asking YAML trees for what checks need. Each takes nullptr for what is not there.

#include <initializer_list>
#include <span>
#include <string_view>

#include "portique/base/yaml.h"
#include "portique/model/finding.h"

namespace portique::inspect {

using base::YamlMember;
using base::YamlNode;

/// A value by the names that lead to it, or nullptr.
const YamlNode* at(const YamlNode* node, std::initializer_list<std::string_view> names);

/// A member with its key's place, or nullptr.
const YamlMember* member(const YamlNode* node, std::string_view name);

/// Items of a list; none if it is no list.
std::span<const YamlNode> items(const YamlNode* node);
std::span<const YamlMember> members(const YamlNode* node);

/// A text, "" if there is none.
std::string_view text(const YamlNode* node);

bool is_true(const YamlNode* node);
bool is_false(const YamlNode* node);
/// Whether something other than null is written.
bool is_set(const YamlNode* node);

/// From a value's first line to the last that belongs to it.
model::LineRange lines_of(const YamlNode& node);
/// The same with its key.
model::LineRange lines_of(const YamlMember& member);
/// A value's lines with its key if the parent has it, else those of the parent.
model::LineRange lines_of_member(const YamlNode& parent, std::string_view name);

} // namespace portique::inspect
