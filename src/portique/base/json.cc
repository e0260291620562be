#include "portique/base/json.h"

namespace portique::base {

namespace json = boost::json;

namespace {

void indent(std::string& out, std::size_t depth) {
  out.append(depth * 2, ' ');
}

template <typename Items, typename WriteItem>
void write_block(std::string& out,
                 std::size_t depth,
                 std::string_view brackets,
                 const Items& items,
                 WriteItem write_item) {
  out += brackets[0];
  bool first = true;
  for (const auto& item : items) {
    out += first ? "\n" : ",\n";
    first = false;
    indent(out, depth + 1);
    write_item(item);
  }
  if (!first) {
    out += '\n';
    indent(out, depth);
  }
  out += brackets[1];
}

void write_pretty(std::string& out, std::size_t depth, const json::value& value) {
  if (const auto* object = value.if_object()) {
    write_block(out, depth, "{}", *object, [&](const json::key_value_pair& member) {
      out += json::serialize(member.key());
      out += ": ";
      write_pretty(out, depth + 1, member.value());
    });
  } else if (const auto* array = value.if_array()) {
    write_block(out, depth, "[]", *array, [&](const json::value& item) {
      write_pretty(out, depth + 1, item);
    });
  } else {
    out += json::serialize(value);
  }
}

Result<json::value> parse(std::string_view text, json::parse_options options) {
  options.max_depth = 64;
  json::stream_parser parser(json::storage_ptr{}, options);
  json::error_code error;
  const std::size_t consumed = parser.write(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (error)
    return fail(Code::Malformed,
                "not valid JSON at byte " + std::to_string(consumed) + ": " + error.message());
  return parser.release();
}

} // namespace

Result<json::value> parse_json(std::string_view text) {
  return parse(text, {});
}

Result<json::value> parse_json_with_comments(std::string_view text) {
  json::parse_options options;
  options.allow_comments = true;
  options.allow_trailing_commas = true;
  return parse(text, options);
}

const json::object* json_object(const json::value* value) {
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* json_array(const json::value* value) {
  return value == nullptr ? nullptr : value->if_array();
}

const json::value* json_member(const json::object* object, std::string_view name) {
  return object == nullptr ? nullptr : object->if_contains(name);
}

std::string_view json_string(const json::object* object, std::string_view name) {
  const json::value* value = json_member(object, name);
  if (value == nullptr || !value->is_string()) return {};
  const json::string& text = value->get_string();
  return {text.data(), text.size()};
}

std::optional<std::int64_t> json_integer(const json::object* object, std::string_view name) {
  const json::value* value = json_member(object, name);
  if (value == nullptr) return std::nullopt;
  if (const auto* number = value->if_int64()) return *number;
  return std::nullopt;
}

const json::array& json_items(const json::object* object, std::string_view name) {
  static const json::array kNone;
  const json::array* items = json_array(json_member(object, name));
  return items == nullptr ? kNone : *items;
}

const json::object& json_fields(const json::object* object, std::string_view name) {
  static const json::object kNone;
  const json::object* fields = json_object(json_member(object, name));
  return fields == nullptr ? kNone : *fields;
}

std::string pretty_json(const json::value& value) {
  std::string out;
  write_pretty(out, 0, value);
  out += '\n';
  return out;
}

} // namespace portique::base
