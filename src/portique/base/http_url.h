#pragma once

// The parts of an http(s) URL that decide where a request may go.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portique/base/result.h"

namespace portique::base {

struct HttpUrl {
  std::string scheme; ///< "http" or "https"
  std::string host;   ///< lower case, IPv6 in brackets
  std::string port;   ///< always set, the scheme's own if the URL names none
  std::string text;   ///< the whole, normalised, with user and password where given

  [[nodiscard]] bool same_origin(const HttpUrl& other) const {
    return scheme == other.scheme && host == other.host && port == other.port;
  }

  /// localhost, 127.0.0.0/8, [::1].
  [[nodiscard]] bool is_loopback() const;

  /// For messages: without user, password, query and fragment.
  [[nodiscard]] std::string printable() const;
};

/// Absolute http and https URLs only; file:, ftp: and the rest are Code::InvalidArgument.
Result<HttpUrl> parse_http_url(std::string_view text);

/// The URL with further parameters behind those that it has, all encoded. A parameter without value
/// is left out.
Result<std::string> with_query(std::string_view url,
                               const std::vector<std::pair<std::string, std::string>>& parameters);

/// "a=b&c=d" as a form sends it (application/x-www-form-urlencoded). A parameter without value is
/// left out.
std::string form_encoded(const std::vector<std::pair<std::string, std::string>>& parameters);

/// Where a redirect from `from` to the header value `location` (absolute or relative) leads.
/// Refused (Code::Network): from https to http, from another machine to this one's loopback, and
/// anything that is not http(s). User and password are kept only within the same origin.
Result<HttpUrl> follow_redirect(const HttpUrl& from, std::string_view location);

} // namespace portique::base
