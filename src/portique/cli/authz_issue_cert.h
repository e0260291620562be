#pragma once

#include <CLI/CLI.hpp>

#include "portique/cli/command.h"

namespace portique::cli {

/// `portique authz issue-cert ca|server|user|revoke|list`: certificates of a small authority.
void add_authz_issue_cert(CLI::App& authz, Invocation& invocation);

} // namespace portique::cli
