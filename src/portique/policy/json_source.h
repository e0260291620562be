#pragma once

// Fields out of a JSON object: the examples of policies, `portique policy explain --input`, and
// bodies of requests.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "portique/policy/field_table.h"
#include "portique/policy/program.h"

namespace portique::policy {

/// A field is a member of its whole name ("finding.severity"), or of nested objects
/// ({"finding": {"severity": ...}}). Arguments are members or indexes below it.
class JsonSource final : public FieldSource {
public:
  /// Borrows both.
  JsonSource(const FieldTable& table, const boost::json::object& object);

  [[nodiscard]] Value get(const FieldUse& use) const override;

  /// What lies at the end of a path in some document. Borrows from it and from this.
  [[nodiscard]] Value walk(const boost::json::value& json,
                           const std::vector<std::string>& path) const;
  /// The same from one of its objects.
  [[nodiscard]] Value walk(const boost::json::object& object,
                           const std::vector<std::string>& path) const;

  /// Names of members that are no field of the table: slips of the pen in examples.
  [[nodiscard]] std::vector<std::string> unknown_members() const;

private:
  const boost::json::value* find(std::string_view name) const;
  Value value_of(const boost::json::value& json, Type type) const;
  Value value_of(const std::vector<const boost::json::value*>& found) const;
  Value list_of(const boost::json::array& array, Type type) const;
  Value pairs_of(const boost::json::object& object) const;

  const FieldTable* table_;
  const boost::json::object* object_;
  // What values borrow from; addresses stay.
  mutable std::deque<std::string> texts_;
  mutable std::deque<std::vector<Value>> lists_;
};

} // namespace portique::policy
