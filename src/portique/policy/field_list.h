#pragma once

// The field tables as people and programs read them.

#include <optional>
#include <string>

#include "portique/policy/field_table.h"

namespace portique::policy {

/// Aligned columns, a paragraph for each gate.
std::string field_list_text(std::optional<Domain> only);
/// [{"on", "field", "type", "many", "argument", "meaning"}].
std::string field_list_json(std::optional<Domain> only);
/// Tables for docs/policy.md.
std::string field_list_markdown(std::optional<Domain> only);

} // namespace portique::policy
