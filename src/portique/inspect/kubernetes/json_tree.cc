#include "portique/inspect/kubernetes/json_tree.h"

#include <fmt/format.h>

namespace portique::inspect::kubernetes {

namespace json = boost::json;
using base::YamlNode;

namespace {

YamlNode scalar(std::string text, bool quoted) {
  YamlNode node;
  node.kind = YamlNode::Kind::Scalar;
  node.quoted = quoted;
  node.text = std::move(text);
  return node;
}

} // namespace

YamlNode tree_of(const json::value& document) {
  YamlNode node;
  switch (document.kind()) {
  case json::kind::null:
    return node;
  case json::kind::bool_:
    return scalar(document.get_bool() ? "true" : "false", false);
  case json::kind::int64:
    return scalar(std::to_string(document.get_int64()), false);
  case json::kind::uint64:
    return scalar(std::to_string(document.get_uint64()), false);
  case json::kind::double_:
    return scalar(fmt::format("{}", document.get_double()), false);
  case json::kind::string:
    return scalar(std::string(document.get_string()), true);
  case json::kind::array:
    node.kind = YamlNode::Kind::Sequence;
    node.items.reserve(document.get_array().size());
    for (const json::value& item : document.get_array())
      node.items.push_back(tree_of(item));
    return node;
  case json::kind::object:
    node.kind = YamlNode::Kind::Mapping;
    node.members.reserve(document.get_object().size());
    for (const auto& [key, value] : document.get_object())
      node.members.push_back({std::string(key), {}, false, tree_of(value)});
    return node;
  }
  return node;
}

} // namespace portique::inspect::kubernetes
