#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// The actions and shared workflows that a workflow or a composite action of GitHub uses, as they
/// are asked for. Where a commit is asked for, the version is the one that a comment behind it
/// names, if one does. Actions of the same repository and Docker images are left out.
Analysis analyze_github_workflow(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 4> kGithubWorkflowEndings{
    ".github/workflows/*.yml",
    ".github/workflows/*.yaml",
    "action.yml",
    "action.yaml",
};

inline constexpr Cataloger kGithubWorkflow{
    .id = "github-workflow",
    .version = 1,
    .files = "`.github/workflows/*.yml`, `action.yml` (also `.yaml`)",
    .gives = "GitHub actions and shared workflows",
    .locations = {},
    .endings = kGithubWorkflowEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_github_workflow,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
