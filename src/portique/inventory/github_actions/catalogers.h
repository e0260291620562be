#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/github_actions/github_workflow.h"

namespace portique::inventory {

/// What GitHub runs.
inline constexpr std::array kGithubActionsCatalogers{
    kGithubWorkflow,
};

} // namespace portique::inventory
