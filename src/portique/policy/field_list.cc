#include "portique/policy/field_list.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "portique/base/json.h"

namespace portique::policy {

namespace {

std::vector<Domain> domains_of(std::optional<Domain> only) {
  if (only) return {*only};
  std::vector<Domain> all;
  for (std::size_t i = 0; i < kDomainCount; ++i)
    all.push_back(static_cast<Domain>(i));
  return all;
}

std::string written(const Field& field) {
  const std::string name(field.name);
  switch (field.argument) {
  case Argument::None:
    return name;
  case Argument::Index:
    return name + "[N]";
  case Argument::OptionalIndex:
    return name + ", " + name + "[N]";
  case Argument::Key:
    return name + "[NAME]";
  case Argument::OptionalKey:
    return name + ", " + name + "[NAME]";
  case Argument::JsonPath:
    return name + ".ANY.MEMBER";
  }
  return name;
}

std::string type_text(const Field& field) {
  const std::string type(type_name(field.type));
  return field.many == Many::One ? type : "list of " + type;
}

std::string_view many_name(Many many) {
  return many == Many::One ? "one" : many == Many::AnyOf ? "any" : "list";
}

std::string_view argument_name(Argument argument) {
  constexpr std::array<std::string_view, 6> kNames{
      "none", "index", "optional-index", "key", "optional-key", "json-path"};
  return kNames.at(static_cast<std::size_t>(argument));
}

} // namespace

std::string field_list_text(std::optional<Domain> only) {
  std::string out;
  for (const Domain domain : domains_of(only)) {
    const auto fields = field_table(domain).fields;
    std::size_t widest = 0;
    for (const Field& field : fields)
      widest = std::max(widest, written(field).size());
    out += fmt::format("{}on: {}\n", out.empty() ? "" : "\n", domain_name(domain));
    for (const Field& field : fields)
      out += fmt::format(
          "  {:<{}}  {:<16}  {}\n", written(field), widest, type_text(field), field.meaning);
  }
  return out;
}

std::string field_list_json(std::optional<Domain> only) {
  boost::json::array rows;
  for (const Domain domain : domains_of(only))
    for (const Field& field : field_table(domain).fields)
      rows.push_back({{"on", domain_name(domain)},
                      {"field", field.name},
                      {"type", type_name(field.type)},
                      {"many", many_name(field.many)},
                      {"argument", argument_name(field.argument)},
                      {"meaning", field.meaning}});
  return base::pretty_json(rows);
}

std::string field_list_markdown(std::optional<Domain> only) {
  std::string out;
  for (const Domain domain : domains_of(only)) {
    out += fmt::format("{}### on: {}\n\n| field | type | meaning |\n|---|---|---|\n",
                       out.empty() ? "" : "\n",
                       domain_name(domain));
    for (const Field& field : field_table(domain).fields)
      out += fmt::format("| `{}` | {} | {} |\n", written(field), type_text(field), field.meaning);
  }
  return out;
}

} // namespace portique::policy
