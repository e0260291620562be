// OpenVEX 0.2.0 and 0.0.1: https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md
// In 0.0.1 vulnerabilities, products and subcomponents are plain strings, and subcomponents belong
// to the statement.

#include "portique/advisory/vex_formats.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace json = boost::json;

namespace {

std::string_view text_of(const json::value& value) {
  if (!value.is_string()) return {};
  const json::string& text = value.get_string();
  return {text.data(), text.size()};
}

VexComponent read_component(const json::value& value) {
  VexComponent component;
  if (value.is_string()) {
    add_identifier(component, text_of(value));
    return component;
  }
  const json::object* object = base::json_object(&value);
  add_identifier(component, base::json_string(object, "@id"));
  for (const auto& [kind, identifier] : base::json_fields(object, "identifiers"))
    add_identifier(component, text_of(identifier));
  for (const auto& [algorithm, hash] : base::json_fields(object, "hashes"))
    add_hash(component, algorithm, text_of(hash));
  return component;
}

std::vector<VexComponent> read_subcomponents(const json::object* owner) {
  std::vector<VexComponent> subcomponents;
  for (const json::value& item : base::json_items(owner, "subcomponents"))
    subcomponents.push_back(read_component(item));
  return subcomponents;
}

std::vector<std::string> read_vulnerability(const json::object& statement) {
  std::vector<std::string> ids;
  const json::value* value = base::json_member(&statement, "vulnerability");
  if (value != nullptr && value->is_string()) ids.emplace_back(text_of(*value));
  const json::object* object = base::json_object(value);
  if (const auto name = base::json_string(object, "name"); !name.empty()) ids.emplace_back(name);
  for (const json::value& alias : base::json_items(object, "aliases"))
    if (alias.is_string()) ids.emplace_back(text_of(alias));
  // Some writers give nothing but the address of the entry in the NVD.
  if (ids.empty()) {
    std::string_view address = base::json_string(object, "@id");
    if (const std::size_t slash = address.rfind('/'); slash != std::string_view::npos)
      address.remove_prefix(slash + 1);
    if (!address.empty()) ids.emplace_back(address);
  }
  return ids;
}

base::Result<VexStatement> read_statement(const json::object& object,
                                          std::optional<base::Time> document_time,
                                          const std::vector<VexProduct>& subjects) {
  VexStatement statement;
  statement.vulnerabilities = read_vulnerability(object);
  if (statement.vulnerabilities.empty())
    return base::fail(base::Code::Malformed, "it names no vulnerability");
  const std::string_view status = base::json_string(&object, "status");
  const auto known = parse_vex_status(status);
  if (!known)
    return base::fail(base::Code::Malformed,
                      "'" + base::printable(status.substr(0, 80)) + "' is no status of VEX");
  statement.status = *known;
  statement.justification = vex_text(base::json_string(&object, "justification"));
  for (const char* member : {"impact_statement", "action_statement", "status_notes"})
    if (statement.text.empty()) statement.text = vex_text(base::json_string(&object, member));
  statement.timestamp = base::parse_time(base::json_string(&object, "timestamp"));
  if (!statement.timestamp) statement.timestamp = document_time;
  const std::vector<VexComponent> common = read_subcomponents(&object);
  for (const json::value& item : base::json_items(&object, "products")) {
    VexProduct product{read_component(item), read_subcomponents(base::json_object(&item)), {}};
    if (product.subcomponents.empty()) product.subcomponents = common;
    statement.products.push_back(std::move(product));
  }
  if (statement.products.empty()) {
    statement.products = subjects;
    for (VexProduct& product : statement.products)
      product.subcomponents = common;
  }
  return statement;
}

} // namespace

base::Result<VexDocument> read_openvex(const json::object& document,
                                       const std::vector<VexProduct>& subjects) {
  VexDocument result;
  result.format = "OpenVEX";
  const auto time = base::parse_time(base::json_string(&document, "timestamp"));
  const json::array* statements = base::json_array(base::json_member(&document, "statements"));
  if (statements == nullptr)
    return base::fail(base::Code::Malformed, "an OpenVEX document without statements");
  for (const json::value& item : *statements) {
    const std::string place = "statement " + std::to_string(result.statements.size() + 1);
    const json::object* object = base::json_object(&item);
    if (object == nullptr) return base::fail(base::Code::Malformed, place + " is no object");
    result.statements.push_back(PQ_TRY(base::at(place, read_statement(*object, time, subjects))));
  }
  return result;
}

} // namespace portique::advisory
