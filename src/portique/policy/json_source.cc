#include "portique/policy/json_source.h"

#include <algorithm>

#include "portique/base/text.h"
#include "portique/policy/compiler.h"

namespace portique::policy {

namespace json = boost::json;

namespace {

/// Everything at the end of a path, lists on the way looked through. The path is as long as the
/// condition that holds it, so the depth is bounded; each list is passed once.
void collect(const json::value& value,
             std::span<const std::string> path,
             std::vector<const json::value*>& out) {
  if (path.empty()) {
    out.push_back(&value);
    return;
  }
  if (const json::array* array = value.if_array()) {
    if (path.front() == "*") path = path.subspan(1);
    if (!path.empty())
      if (const auto index = base::parse_int<std::size_t>(path.front())) {
        if (*index < array->size()) collect((*array)[*index], path.subspan(1), out);
        return;
      }
    for (const json::value& item : *array)
      collect(item, path, out);
    return;
  }
  if (const json::object* object = value.if_object())
    if (const json::value* member = object->if_contains(path.front()))
      collect(*member, path.subspan(1), out);
}

} // namespace

JsonSource::JsonSource(const FieldTable& table, const json::object& object)
    : table_(&table), object_(&object) {}

const json::value* JsonSource::find(std::string_view name) const {
  if (const json::value* whole = object_->if_contains(name)) return whole;
  // Nested, each name on the way as long as it may be: "image.distro.version" in "image", in
  // "distro.version".
  const json::object* object = object_;
  while (object != nullptr) {
    if (const json::value* whole = object->if_contains(name)) return whole;
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return nullptr;
    const json::value* below = object->if_contains(name.substr(0, dot));
    if (below == nullptr) return nullptr;
    object = below->if_object();
    name.remove_prefix(dot + 1);
  }
  return nullptr;
}

Value JsonSource::value_of(const json::value& value, Type type) const {
  switch (value.kind()) {
  case json::kind::bool_:
    return Value::boolean(value.get_bool());
  case json::kind::int64:
    return Value::integer(value.get_int64());
  case json::kind::uint64:
    return Value::decimal(static_cast<double>(value.get_uint64()));
  case json::kind::double_:
    return Value::decimal(value.get_double());
  case json::kind::string: {
    const std::string_view text = value.get_string();
    if (type == Type::Severity || type == Type::Duration || type == Type::Size) {
      const auto number = integer_literal(type, {std::string(text), true, {}});
      return number ? Value::integer(*number) : Value();
    }
    return Value::text(text);
  }
  case json::kind::array:
    return list_of(value.get_array(), type);
  case json::kind::object:
    // An object is there, and nothing that could be compared.
    return value.get_object().empty() ? Value() : pairs_of(value.get_object());
  case json::kind::null:
    break;
  }
  return {};
}

Value JsonSource::list_of(const json::array& array, Type type) const {
  std::vector<Value> items;
  for (const json::value& item : array) {
    if (item.is_array() || item.is_object()) continue;
    if (const Value value = value_of(item, type); !value.is_absent()) items.push_back(value);
  }
  const std::vector<Value>& kept = lists_.emplace_back(std::move(items));
  return Value::list(kept.data(), kept.size());
}

Value JsonSource::pairs_of(const json::object& object) const {
  std::vector<Value> items;
  for (const auto& [key, value] : object) {
    std::string text(key);
    if (value.is_string()) text.append("=").append(std::string_view(value.get_string()));
    items.push_back(Value::text(texts_.emplace_back(std::move(text))));
  }
  const std::vector<Value>& kept = lists_.emplace_back(std::move(items));
  return Value::list(kept.data(), kept.size());
}

Value JsonSource::walk(const json::value& value, const std::vector<std::string>& path) const {
  std::vector<const json::value*> found;
  collect(value, path, found);
  return value_of(found);
}

Value JsonSource::walk(const json::object& object, const std::vector<std::string>& path) const {
  std::vector<const json::value*> found;
  if (path.empty()) return pairs_of(object);
  if (const json::value* member = object.if_contains(path.front()))
    collect(*member, std::span(path).subspan(1), found);
  return value_of(found);
}

Value JsonSource::value_of(const std::vector<const json::value*>& found) const {
  if (found.size() == 1) return value_of(*found.front(), Type::Any);
  std::vector<Value> items;
  for (const json::value* one : found) {
    const Value item = value_of(*one, Type::Any);
    if (item.is_list())
      items.insert(items.end(), item.begin(), item.end());
    else if (!item.is_absent())
      items.push_back(item);
  }
  const std::vector<Value>& kept = lists_.emplace_back(std::move(items));
  return Value::list(kept.data(), kept.size());
}

Value JsonSource::get(const FieldUse& use) const {
  const Field& field = table_->fields[use.field];
  if (use.has_argument) {
    const std::string exact = std::string(field.name) + "[" + use.argument + "]";
    if (const json::value* value = object_->if_contains(exact)) return value_of(*value, field.type);
  }
  const json::value* value = find(field.name);
  if (value == nullptr) {
    // evt.arg.flags as it is also written.
    if (!use.has_argument) return {};
    value = find(std::string(field.name) + "." + use.argument);
    return value == nullptr ? Value() : value_of(*value, field.type);
  }
  if (field.argument == Argument::JsonPath) return walk(*value, use.path);
  if (!use.has_argument) return value_of(*value, field.type);
  if (const json::object* object = value->if_object()) {
    const json::value* member = object->if_contains(use.argument);
    return member == nullptr ? Value() : value_of(*member, field.type);
  }
  if (const json::array* array = value->if_array()) {
    // Ancestors are counted from 1: the parent.
    const std::size_t first = field.name.starts_with("proc.a") && field.name != "proc.args" ? 1 : 0;
    const auto index = static_cast<std::size_t>(std::max(use.index, 0));
    if (use.index < 0 || index < first || index - first >= array->size()) return {};
    return value_of((*array)[index - first], field.type);
  }
  return {};
}

std::vector<std::string> JsonSource::unknown_members() const {
  std::vector<std::string> unknown;
  for (const auto& member : *object_) {
    const std::string_view key = member.key();
    const std::string_view name = key.substr(0, key.find('['));
    // Known as it is, as the beginning of fields, or as a field's argument.
    const bool known = std::ranges::any_of(table_->fields, [&](const Field& field) {
      if (field.name == name) return true;
      if (member.value().is_object() && field.name.starts_with(name) &&
          field.name.substr(name.size()).starts_with('.'))
        return true;
      return field.argument != Argument::None && name.starts_with(field.name) &&
             name.substr(field.name.size()).starts_with('.');
    });
    if (!known) unknown.emplace_back(key);
  }
  return unknown;
}

} // namespace portique::policy
