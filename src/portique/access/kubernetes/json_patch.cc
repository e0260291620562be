#include "portique/access/kubernetes/json_patch.h"

#include "portique/base/text.h"

namespace portique::access::kubernetes {

namespace json = boost::json;

std::string json_pointer(std::span<const std::string> path) {
  std::string pointer;
  for (const std::string& name : path) {
    pointer += '/';
    for (const char c : name) {
      if (c == '~')
        pointer += "~0";
      else if (c == '/')
        pointer += "~1";
      else
        pointer += c;
    }
  }
  return pointer;
}

json::value* JsonPatch::find_mutable(std::span<const std::string> path) {
  json::value* at = document_;
  for (const std::string& name : path) {
    if (json::object* object = at->if_object()) {
      at = object->if_contains(name);
    } else if (json::array* array = at->if_array()) {
      const auto index = base::parse_int<std::size_t>(name);
      at = index && *index < array->size() ? &(*array)[*index] : nullptr;
    } else {
      at = nullptr;
    }
    if (at == nullptr) return nullptr;
  }
  return at->is_null() ? nullptr : at;
}

const json::value* JsonPatch::find(std::span<const std::string> path) const {
  return const_cast<JsonPatch*>(this)->find_mutable(path); // changes nothing
}

void JsonPatch::write(std::string_view operation,
                      std::span<const std::string> path,
                      const json::value& value) {
  operations_.push_back(
      json::object{{"op", operation}, {"path", json_pointer(path)}, {"value", value}});
}

bool JsonPatch::set_default(const JsonPath& path, json::value value) {
  if (path.empty() || find(path) != nullptr) return false;
  // Up to the nearest thing that is there; what is missing below it becomes part of the value.
  std::size_t depth = path.size() - 1;
  const std::span<const std::string> whole(path);
  json::value* holder = find_mutable(whole.first(depth));
  for (; holder == nullptr && depth > 0; holder = find_mutable(whole.first(depth))) {
    json::object parent;
    parent[path[depth]] = std::move(value);
    value = std::move(parent);
    --depth;
  }
  json::object* object = holder == nullptr ? nullptr : holder->if_object();
  if (object == nullptr) return false;
  write("add", whole.first(depth + 1), value); // a null that is there is replaced
  (*object)[path[depth]] = std::move(value);
  return true;
}

bool JsonPatch::append(const JsonPath& list, json::value item) {
  json::value* found = find_mutable(list);
  json::array* array = found == nullptr ? nullptr : found->if_array();
  if (array == nullptr) return false;
  JsonPath end = list;
  end.emplace_back("-");
  write("add", end, item);
  array->push_back(std::move(item));
  return true;
}

bool JsonPatch::replace(const JsonPath& path, json::value value) {
  json::value* found = find_mutable(path);
  if (found == nullptr) return false;
  write("replace", path, value);
  *found = std::move(value);
  return true;
}

} // namespace portique::access::kubernetes
