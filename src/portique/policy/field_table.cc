#include "portique/policy/field_table.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "portique/base/nearest.h"
#include "portique/policy/fields.h"

namespace portique::policy {

namespace {

constexpr std::array<std::string_view, kDomainCount> kDomainNames{
    "image", "config", "request", "container", "host", "event"};

constexpr std::array<std::string_view, 11> kTypeNames{"text",
                                                      "path",
                                                      "bytes",
                                                      "integer",
                                                      "decimal",
                                                      "boolean",
                                                      "severity",
                                                      "duration",
                                                      "size",
                                                      "address",
                                                      "any"};

struct IndexedTable {
  std::vector<Field> fields;
  std::unordered_map<std::string_view, std::uint16_t> by_name;
  FieldTable table;
};

IndexedTable make_table(Domain domain) {
  std::vector<std::span<const Field>> parts;
  switch (domain) {
  case Domain::Image:
    parts = {image_fields(), finding_fields(), package_fields()};
    break;
  case Domain::Config:
    parts = {config_fields(), finding_fields()};
    break;
  case Domain::Request:
    parts = {request_fields()};
    break;
  case Domain::Container:
    parts = {container_fields(), finding_fields(), package_fields()};
    break;
  case Domain::Host:
    parts = {host_fields(), finding_fields(), package_fields()};
    break;
  case Domain::Event:
    parts = {event_fields()};
    break;
  }
  IndexedTable made;
  for (const auto part : parts)
    made.fields.insert(made.fields.end(), part.begin(), part.end());
  for (std::size_t i = 0; i < made.fields.size(); ++i)
    made.by_name.emplace(made.fields[i].name, static_cast<std::uint16_t>(i));
  return made;
}

const IndexedTable& indexed_table(Domain domain) {
  // Built once; the views inside point to constants and to the vector's own heap memory.
  static const auto kTables = [] {
    std::array<IndexedTable, kDomainCount> all;
    for (std::size_t i = 0; i < kDomainCount; ++i) {
      all[i] = make_table(static_cast<Domain>(i));
      all[i].table = {static_cast<Domain>(i), all[i].fields};
    }
    return all;
  }();
  return kTables.at(static_cast<std::size_t>(domain));
}

} // namespace

std::string_view domain_name(Domain domain) {
  return kDomainNames.at(static_cast<std::size_t>(domain));
}

std::optional<Domain> parse_domain(std::string_view name) {
  const auto found = std::ranges::find(kDomainNames, name);
  if (found == kDomainNames.end()) return std::nullopt;
  return static_cast<Domain>(found - kDomainNames.begin());
}

std::string_view type_name(Type type) {
  return kTypeNames.at(static_cast<std::size_t>(type));
}

const FieldTable& field_table(Domain domain) {
  return indexed_table(domain).table;
}

std::optional<std::uint16_t> find_field(const FieldTable& table, std::string_view name) {
  const auto& by_name = indexed_table(table.domain).by_name;
  const auto found = by_name.find(name);
  if (found == by_name.end()) return std::nullopt;
  return found->second;
}

std::optional<Domain> other_domain_of(Domain domain, std::string_view field) {
  for (std::size_t i = 0; i < kDomainCount; ++i) {
    const auto other = static_cast<Domain>(i);
    if (other != domain && find_field(field_table(other), field)) return other;
  }
  return std::nullopt;
}

std::string nearest_field(const FieldTable& table, std::string_view name) {
  std::vector<std::string> names;
  for (const Field& field : table.fields)
    names.emplace_back(field.name);
  if (const std::string near = base::nearest(name, names); !near.empty()) return near;
  // "severity" for finding.severity.
  for (const std::string& known : names)
    if (known.size() > name.size() + 1 && known.ends_with(name) &&
        known[known.size() - name.size() - 1] == '.')
      return known;
  return "";
}

Scope scope_of(const Field& field) {
  if (field.name.starts_with("finding.")) return Scope::Finding;
  if (field.name.starts_with("package.") || field.name.starts_with("resource.")) return Scope::Part;
  return Scope::Whole;
}

} // namespace portique::policy
