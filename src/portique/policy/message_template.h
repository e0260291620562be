#pragma once

#include <expected>
#include <string>
#include <vector>

#include "portique/policy/compiler.h"
#include "portique/policy/policy.h"

namespace portique::policy {

/// "{image.name} runs as root", or with `percent` "%proc.name opened %fd.name". Fields that do not
/// exist are put into `complaints` and stay as they were written.
MessageTemplate parse_message(const std::string& text,
                              bool percent,
                              Compiler& compiler,
                              std::vector<Complaint>& complaints);

} // namespace portique::policy
