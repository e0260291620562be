#pragma once

// Which fields there are, one table a domain: the only place that knows their names, types and
// meanings. `portique policy fields` and docs/policy.md print it.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace portique::policy {

/// What a rule is `on:`.
enum class Domain : std::uint8_t { Image, Config, Request, Container, Host, Event };

inline constexpr std::size_t kDomainCount = 6;

/// "image", "config", "request", "container", "host", "event".
std::string_view domain_name(Domain domain);
std::optional<Domain> parse_domain(std::string_view name);

enum class Type : std::uint8_t {
  Text,
  Path,
  Bytes, ///< a text that may hold any byte
  Integer,
  Decimal,
  Boolean,
  Severity, ///< ordered words: high > medium; at run time the number of model::Severity
  Duration, ///< seconds; written 30, 90m, 12h, 7d, 2w
  Size,     ///< bytes; written 4096, 10KB, 500MB, 2GiB
  Address,  ///< an IP address, compared with addresses and networks
  Any,      ///< whatever a JSON document holds there
};

/// "text", "path", ... as the field table prints it.
std::string_view type_name(Type type);

/// How many values a field has.
enum class Many : std::uint8_t {
  One,
  AnyOf, ///< several, and a comparison holds if it holds for one of them
  List,  ///< the same, but `in` wants all of them in the list
};

enum class Argument : std::uint8_t {
  None,
  Index,         ///< field[2]
  OptionalIndex, ///< without it the field has all values
  Key,           ///< field[name]
  OptionalKey,
  JsonPath, ///< field.any.path["of"].members; lists on the way are looked through
};

struct Field {
  std::string_view name;
  Type type = Type::Text;
  Many many = Many::One; ///< without an argument
  Argument argument = Argument::None;
  std::string_view meaning;
};

struct FieldTable {
  Domain domain = Domain::Image;
  std::span<const Field> fields; ///< in the order in which they are printed
};

const FieldTable& field_table(Domain domain);

/// Index of the field of that name; fields with a JSON path are found by their name alone.
std::optional<std::uint16_t> find_field(const FieldTable& table, std::string_view name);

/// Whether another domain has the field; for a better complaint.
std::optional<Domain> other_domain_of(Domain domain, std::string_view field);

/// The nearest names in the table, "" if none is near.
std::string nearest_field(const FieldTable& table, std::string_view name);

/// What a rule is asked for: the subject (an image, a configuration file), each of its findings, or
/// each of its parts (packages, resources).
enum class Scope : std::uint8_t { Whole, Finding, Part };

/// By the field's first word; Whole for every other domain.
Scope scope_of(const Field& field);

} // namespace portique::policy
