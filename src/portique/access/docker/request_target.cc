#include "portique/access/docker/request_target.h"

// Go's net/url takes the target apart, gorilla/mux matches the decoded path and answers a redirect
// where it is not clean, ParseForm reads the query: https://pkg.go.dev/net/url,
// https://pkg.go.dev/github.com/gorilla/mux. Podman matches the encoded path instead and reads
// query keys whatever their case; where the two could differ, the target is refused.

#include <algorithm>
#include <array>
#include <optional>

#include "portique/access/docker/request_limits.h"
#include "portique/base/text.h"

namespace portique::access {

using base::Code;
using base::fail;
using base::Result;

namespace {

/// Query keys of which the engine takes every value. Of all others it takes the first.
constexpr std::array<std::string_view, 7> kListKeys{
    "t", "extrahosts", "securityopt", "changes", "names", "platform", "type"};

std::optional<unsigned> hex_digit(char c) {
  return base::parse_int<unsigned>(std::string_view(&c, 1), 16);
}

enum class Plus : std::uint8_t { Literal, Blank };

Result<std::string> decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::Blank) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
      if (!high || !low) return fail(Code::Malformed, "the target holds a broken percent escape");
      out += static_cast<char>((*high << 4U) | *low);
      i += 2;
    }
  }
  if (!base::is_utf8(out)) return fail(Code::Malformed, "the target is not UTF-8");
  return out;
}

bool has_control(std::string_view text, std::string_view allowed = {}) {
  return std::ranges::any_of(text, [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && allowed.find(c) == std::string_view::npos) || byte == 0x7F;
  });
}

/// The path and query of a target, without the scheme and authority of an absolute form.
Result<std::string_view> origin_form(std::string_view target) {
  if (target.starts_with('/')) return target;
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos)
    return fail(Code::Malformed, "the target is neither a path nor a URL");
  const std::string_view scheme = target.substr(0, colon);
  if (!base::equals_ignore_case(scheme, "http") && !base::equals_ignore_case(scheme, "https"))
    return fail(Code::Malformed, "the target is a URL of another scheme than http and https");
  const std::string_view rest = target.substr(colon + 3);
  const std::size_t slash = rest.find('/');
  const std::string_view authority = rest.substr(0, slash);
  if (authority.empty() || authority.find_first_of("@?%\\") != std::string_view::npos ||
      slash == std::string_view::npos)
    return fail(Code::Malformed, "the target is a URL without a plain host and a path");
  return rest.substr(slash);
}

Result<void> check_segment(std::string_view segment) {
  if (segment.empty()) return fail(Code::Malformed, "the path holds a doubled slash");
  if (segment == "." || segment == "..")
    return fail(Code::Malformed, "the path holds a dot segment");
  return {};
}

/// What gorilla/mux takes for a version: "v" and then digits and points alone.
bool looks_like_version(std::string_view segment) {
  return segment.size() > 1 && segment[0] == 'v' &&
         segment.find_first_not_of("0123456789.", 1) == std::string_view::npos;
}

Result<std::string> read_version(std::string_view text) {
  const std::vector<std::string_view> parts = base::split(text, '.');
  const bool plain = parts.size() == 2 && parts[0] == "1" && !parts[1].empty() &&
                     parts[1].size() <= 4 && base::parse_int<unsigned>(parts[1]) &&
                     (parts[1] == "0" || parts[1][0] != '0');
  if (!plain) return fail(Code::Malformed, "the path carries an API version in an unusual form");
  return std::string(text);
}

/// "/libpod/...", "/v4.3.1/libpod/...": said here, where such a version would be refused for its
/// form.
Result<void> refuse_podman(const RequestTarget& target) {
  const std::vector<std::string> segments = target.engine_segments();
  for (std::size_t i = 0; i < std::min<std::size_t>(segments.size(), 2); ++i)
    if (segments[i] == "libpod" && (i == 0 || segments[0].starts_with('v')))
      return fail(Code::Unsupported,
                  "podman's own API (/libpod) passes no gate, only the one that it shares with "
                  "Docker; use a Docker client instead of podman --remote");
  return {};
}

Result<void> read_path(std::string_view path, RequestTarget& into) {
  if (path.find('\\') != std::string_view::npos)
    return fail(Code::Malformed, "the path holds a backslash");
  path.remove_prefix(1);
  if (path.empty()) return {};
  if (path.ends_with('/')) {
    into.trailing_slash = true;
    path.remove_suffix(1);
  }
  for (const std::string_view raw : base::split(path, '/')) {
    std::string segment = PQ_TRY(decode(raw, Plus::Literal));
    if (has_control(segment)) return fail(Code::Malformed, "the path holds a control character");
    if (segment.find('\\') != std::string::npos)
      return fail(Code::Malformed, "the path holds a backslash");
    PQ_TRY(check_segment(segment));
    into.segments.push_back(std::move(segment));
  }
  // An encoded slash must not hide from mux's own cutting what is refused in plain sight.
  for (const std::string& segment : into.engine_segments())
    PQ_TRY(check_segment(segment));
  PQ_TRY(refuse_podman(into));
  if (looks_like_version(into.segments.front())) {
    into.version = PQ_TRY(read_version(std::string_view(into.segments.front()).substr(1)));
    into.segments.erase(into.segments.begin());
  } else if (into.segments.front().find('/') != std::string::npos &&
             looks_like_version(into.engine_segments().front())) {
    return fail(Code::Malformed, "the path hides its API version behind an encoded slash");
  }
  return {};
}

Result<void> check_repeats(const std::vector<std::pair<std::string, std::string>>& query) {
  for (std::size_t i = 0; i < query.size(); ++i) {
    for (std::size_t k = i + 1; k < query.size(); ++k) {
      const std::string& key = query[i].first;
      if (!base::equals_ignore_case(key, query[k].first)) continue;
      if (key != query[k].first)
        return fail(Code::Malformed, "the query holds keys that differ in case alone");
      if (query[i].second != query[k].second && std::ranges::count(kListKeys, key) == 0)
        return fail(Code::Malformed,
                    "the query holds \"" + base::printable(key) + "\" twice with different values");
    }
  }
  return {};
}

Result<void> read_query(std::string_view query, RequestTarget& into) {
  if (query.find(';') != std::string_view::npos)
    return fail(Code::Malformed, "the query holds a semicolon, which separates for some readers");
  const std::uint64_t limit = RequestLimits{}.query_keys;
  for (const std::string_view part : base::split(query, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    std::string key = PQ_TRY(decode(part.substr(0, equals), Plus::Blank));
    std::string value;
    if (equals != std::string_view::npos)
      value = PQ_TRY(decode(part.substr(equals + 1), Plus::Blank));
    if (has_control(key) || has_control(value, "\t\r\n"))
      return fail(Code::Malformed, "the query holds a control character");
    if (into.query.size() == limit)
      return fail(Code::LimitExceeded, "the query holds too many keys");
    into.query.emplace_back(std::move(key), std::move(value));
  }
  return check_repeats(into.query);
}

} // namespace

std::vector<std::string> RequestTarget::engine_segments() const {
  std::vector<std::string> out;
  for (const std::string& segment : segments)
    for (const std::string_view part : base::split(segment, '/'))
      out.emplace_back(part);
  return out;
}

std::string RequestTarget::path() const {
  std::string out;
  for (const std::string& segment : segments)
    out.append("/").append(segment);
  if (trailing_slash || out.empty()) out += '/';
  return out;
}

Result<RequestTarget> parse_request_target(std::string_view target) {
  if (target.size() > RequestLimits{}.target_bytes)
    return fail(Code::LimitExceeded, "the target is too long");
  if (has_control(target) || target.find(' ') != std::string_view::npos)
    return fail(Code::Malformed, "the target holds a blank or a control character");
  if (target.find('#') != std::string_view::npos)
    return fail(Code::Malformed, "the target holds a fragment");
  std::string_view rest = PQ_TRY(origin_form(target));
  const std::size_t question = rest.find('?');
  RequestTarget out;
  PQ_TRY(read_path(rest.substr(0, question), out));
  if (question != std::string_view::npos) PQ_TRY(read_query(rest.substr(question + 1), out));
  return out;
}

} // namespace portique::access
