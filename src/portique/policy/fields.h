#pragma once

// The rows of the field tables, in parts that several domains share.

#include <span>

#include "portique/policy/field_table.h"

namespace portique::policy {

std::span<const Field> finding_fields();
std::span<const Field> package_fields();
std::span<const Field> image_fields();
std::span<const Field> config_fields();
std::span<const Field> request_fields();
std::span<const Field> container_fields();
std::span<const Field> host_fields();
std::span<const Field> event_fields();

} // namespace portique::policy
