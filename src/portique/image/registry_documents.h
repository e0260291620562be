#pragma once

// The small JSON documents that registries and Docker's daemon have beside manifests.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"

namespace portique::image {

/// What a token server answers.
struct TokenAnswer {
  std::string token;
  std::chrono::seconds lifetime{60};
};

/// Code::Malformed also for a token that no header can carry.
base::Result<TokenAnswer> parse_token_answer(std::string_view json);

/// The codes of a registry's error document ("MANIFEST_UNKNOWN, DENIED"), or "". The sentences
/// beside them are left alone: a server could repeat there what it was sent.
std::string registry_error_codes(std::string_view json);

/// The registry-mirrors of /etc/docker/daemon.json.
base::Result<std::vector<std::string>> parse_daemon_mirrors(std::string_view json);

/// Where a Link header (RFC 8288) says that the list goes on: the target of rel="next", or "".
std::string next_page(std::string_view link_header);

} // namespace portique::image
