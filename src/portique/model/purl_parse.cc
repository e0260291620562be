// https://github.com/package-url/purl-spec, "How to parse": from the right to the left.

#include "portique/model/purl_parse.h"

#include <algorithm>

#include "portique/base/text.h"
#include "portique/model/purl_types.h"

namespace portique::model {

using base::Code;
using base::fail;
using base::Result;

namespace {

/// What stands behind the last `separator`, which is taken off `rest`; nothing if there is none.
std::string_view take_after_last(std::string_view& rest, char separator) {
  const std::size_t at = rest.rfind(separator);
  if (at == std::string_view::npos) return {};
  const std::string_view after = rest.substr(at + 1);
  rest = rest.substr(0, at);
  return after;
}

Result<std::string> decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto byte = base::parse_int<unsigned char>(text.substr(i + 1, 2), 16);
    if (!byte || i + 2 >= text.size())
      return fail(Code::Malformed, "'%' without two hexadecimal digits behind it");
    out += static_cast<char>(*byte);
    i += 2;
  }
  if (!base::is_utf8(out)) return fail(Code::Malformed, "it is not UTF-8");
  return out;
}

enum class Dots : std::uint8_t { Keep, Drop };

bool is_dots(std::string_view component) {
  return component == "." || component == "..";
}

/// Decoded components, joined with slashes again; empty ones are left out.
Result<std::string> decode_path(std::string_view text, Dots dots) {
  std::string out;
  for (const std::string_view part : base::split(text, '/')) {
    const std::string component = PQ_TRY(decode(part));
    if (component.empty() || (dots == Dots::Drop && is_dots(component))) continue;
    if (component.find('/') != std::string::npos)
      return fail(Code::Malformed, "an encoded slash inside a component");
    out += out.empty() ? component : "/" + component;
  }
  return out;
}

bool is_key_char(char c) {
  return base::is_digit(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_';
}

Result<void> read_qualifiers(std::string_view text, Purl& purl) {
  while (!text.empty()) {
    std::string_view value = base::take_until(text, '&');
    const std::string key = base::to_lower(base::take_until(value, '='));
    if (key.empty() && value.empty()) continue;
    if (key.empty() || !base::is_alpha(key.front()) || !std::ranges::all_of(key, is_key_char))
      return fail(Code::Malformed, "'" + base::printable(key) + "' is no key of a qualifier");
    std::string decoded = PQ_TRY(decode(value));
    if (!decoded.empty()) purl.qualifiers.emplace_back(key, std::move(decoded));
  }
  std::ranges::sort(purl.qualifiers);
  const auto twice =
      std::ranges::adjacent_find(purl.qualifiers, {}, &std::pair<std::string, std::string>::first);
  if (twice != purl.qualifiers.end())
    return fail(Code::Malformed, "the qualifier " + twice->first + " stands there twice");
  return {};
}

bool is_type_char(char c) {
  return base::is_alnum(c) || c == '.' || c == '-';
}

std::string_view trim_slashes(std::string_view text) {
  while (text.starts_with('/'))
    text.remove_prefix(1);
  while (text.ends_with('/'))
    text.remove_suffix(1);
  return text;
}

Result<Purl> read_parts(std::string_view text) {
  Purl purl;
  purl.subpath = PQ_TRY(decode_path(take_after_last(text, '#'), Dots::Drop));
  PQ_TRY(read_qualifiers(take_after_last(text, '?'), purl));
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !base::equals_ignore_case(text.substr(0, colon), "pkg"))
    return fail(Code::Malformed, "it does not begin with \"pkg:\"");
  text.remove_prefix(colon + 1);
  while (text.starts_with('/'))
    text.remove_prefix(1);
  purl.type = base::take_until(text, '/');
  if (purl.type.empty() || !base::is_alpha(purl.type.front()) ||
      !std::ranges::all_of(purl.type, is_type_char))
    return fail(Code::Malformed, "it has no type");
  // A scope that is not encoded ("@angular/core") is no version.
  if (const std::size_t at = text.rfind('@');
      at != std::string_view::npos && at > 0 && text[at - 1] != '/')
    purl.version = PQ_TRY(decode(take_after_last(text, '@')));
  else if (at != std::string_view::npos && text.find('/', at) == std::string_view::npos)
    return fail(Code::Malformed, "it has no name");
  text = trim_slashes(text);
  const std::size_t slash = text.rfind('/');
  const bool has_namespace = slash != std::string_view::npos;
  purl.name = PQ_TRY(decode(has_namespace ? text.substr(slash + 1) : text));
  if (has_namespace) purl.ns = PQ_TRY(decode_path(text.substr(0, slash), Dots::Keep));
  if (purl.name.empty()) return fail(Code::Malformed, "it has no name");
  return purl;
}

} // namespace

Result<Purl> parse_purl(std::string_view text) {
  auto purl = read_parts(text);
  if (!purl)
    return fail(purl.error().code(),
                "'" + base::printable(text.substr(0, 200)) +
                    "' is no package URL: " + purl.error().message());
  normalise(*purl);
  return purl;
}

} // namespace portique::model
