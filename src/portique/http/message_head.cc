// RFC 9112 (HTTP/1.1), 2.2, 3, 4, 5, 6; RFC 9110, 5.5, 5.6.2, 7.2, 7.8, 10.1.1.
//
// What the RFC lets a recipient repair is refused here: a repaired message is one that two readers
// may repair in two ways. Refused in particular: lines that end with LF alone, empty lines before
// the request, folded lines, blanks before the colon or around the parts of the request line,
// control bytes, Content-Length as a list or twice, Content-Length beside Transfer-Encoding, every
// transfer coding but "chunked", Transfer-Encoding in HTTP/1.0, and names that only differ from a
// framing header by an underscore.

#include "portique/http/message_head.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "portique/base/text.h"

namespace portique::http {

namespace {

using base::Code;
using base::equals_ignore_case;
using base::fail;
using base::Result;

constexpr std::string_view kEnd = "\r\n\r\n";
/// The longest method that is registered has 17 letters.
constexpr std::size_t kMethodBytes = 32;

bool is_token_byte(char c) {
  return base::is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_byte);
}

bool is_visible(char c) {
  return c > ' ' && c < '\x7f';
}

/// VCHAR, obs-text, blanks between them.
bool is_value_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= ' ' && byte != 0x7f);
}

std::string_view without_blanks(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && blank(text.back()))
    text.remove_suffix(1);
  return text;
}

/// The next line without its CR LF; the text ends with one.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find("\r\n");
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), end == std::string_view::npos ? end : end + 2));
  return line;
}

/// Headers that mean something to us; each may come once.
constexpr std::array<std::string_view, 7> kSingle{"Content-Length",
                                                  "Transfer-Encoding",
                                                  "Host",
                                                  "Content-Type",
                                                  "Content-Encoding",
                                                  "Expect",
                                                  "Upgrade"};

bool is_single(std::string_view name) {
  return std::ranges::any_of(kSingle,
                             [&](std::string_view one) { return equals_ignore_case(one, name); });
}

/// "Content_Length": some readers take it for the real one.
bool is_disguised(std::string_view name) {
  if (!name.contains('_')) return false;
  std::string plain(name);
  std::ranges::replace(plain, '_', '-');
  return is_single(plain);
}

Result<std::vector<Header>> parse_headers(std::string_view rest, const HeadLimits& limits) {
  std::vector<Header> headers;
  while (true) {
    const std::string_view line = take_line(rest);
    if (line.empty()) break;
    if (headers.size() == limits.headers) return fail(Code::LimitExceeded, "too many headers");
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return fail(Code::Malformed, "header without a colon");
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = line.substr(colon + 1);
    if (!is_token(name)) return fail(Code::Malformed, "header name with a byte it must not hold");
    if (!std::ranges::all_of(value, is_value_byte))
      return fail(Code::Malformed, "control byte in a header");
    if (is_disguised(name)) return fail(Code::Malformed, "header name that can be mistaken");
    headers.push_back({std::string(name), std::string(without_blanks(value))});
  }
  if (!rest.empty()) return fail(Code::Malformed, "empty line inside the head");
  for (std::size_t i = 0; i < headers.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (equals_ignore_case(headers[i].name, headers[k].name) && is_single(headers[i].name))
        return fail(Code::Malformed, "header that may come once only comes twice");
  return headers;
}

const Header* find_header(const std::vector<Header>& headers, std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [&](const Header& header) { return equals_ignore_case(header.name, name); });
  return found == headers.end() ? nullptr : &*found;
}

/// "HTTP/1.1" -> 1.
Result<int> parse_version(std::string_view text) {
  if (text == "HTTP/1.1") return 1;
  if (text == "HTTP/1.0") return 0;
  return fail(Code::Malformed, "not HTTP/1.1 or HTTP/1.0");
}

struct Body {
  Framing framing = Framing::None;
  std::uint64_t length = 0;
};

/// What the framing headers say; nothing if there are none.
Result<std::optional<Body>> parse_framing(const std::vector<Header>& headers, int minor) {
  const Header* length = find_header(headers, "Content-Length");
  const Header* coding = find_header(headers, "Transfer-Encoding");
  if (length != nullptr && coding != nullptr)
    return fail(Code::Malformed, "Content-Length beside Transfer-Encoding");
  if (coding != nullptr) {
    if (minor == 0) return fail(Code::Malformed, "Transfer-Encoding in HTTP/1.0");
    if (!equals_ignore_case(coding->value, "chunked"))
      return fail(Code::Unsupported, "transfer coding other than chunked");
    return Body{.framing = Framing::Chunked};
  }
  if (length == nullptr) return std::nullopt;
  // from_chars takes a sign for signed numbers only, and no blanks.
  const auto bytes = base::parse_int<std::uint64_t>(length->value);
  if (!bytes || *bytes > INT64_MAX || !base::is_digit(length->value.front()))
    return fail(Code::Malformed, "Content-Length is not one number");
  return Body{.framing = *bytes == 0 ? Framing::None : Framing::Length, .length = *bytes};
}

/// What every Connection header lists.
struct ConnectionOptions {
  bool close = false;
  bool keep_alive = false;
};

Result<ConnectionOptions> parse_connection(const std::vector<Header>& headers) {
  ConnectionOptions options;
  for (const Header& header : headers) {
    if (!equals_ignore_case(header.name, "Connection")) continue;
    for (std::string_view part : base::split(header.value, ',')) {
      part = without_blanks(part);
      if (part.empty()) continue;
      if (!is_token(part)) return fail(Code::Malformed, "Connection is not a list of names");
      options.close |= equals_ignore_case(part, "close");
      options.keep_alive |= equals_ignore_case(part, "keep-alive");
      // Whoever obeys would drop the very header that says where the message ends.
      if (is_single(part) && !equals_ignore_case(part, "Upgrade"))
        return fail(Code::Malformed, "Connection names a header that must arrive");
    }
  }
  return options;
}

/// RFC 3986, 3.2.2 and 3.2.3, as far as bytes go.
bool is_host(std::string_view host) {
  return std::ranges::all_of(host, [](char c) {
    return base::is_alnum(c) || std::string_view("-._~%!$&'()*+,;=:[]").contains(c);
  });
}

Result<void> check_host(const RequestHead& head) {
  const Header* host = find_header(head.headers, "Host");
  if (host == nullptr) {
    if (head.minor == 1) return fail(Code::Malformed, "HTTP/1.1 without Host");
    return {};
  }
  if (!is_host(host->value)) return fail(Code::Malformed, "Host is not a host's name");
  return {};
}

Result<void> check_target(std::string_view method, std::string_view target) {
  if (!std::ranges::all_of(target, is_visible))
    return fail(Code::Malformed, "target with a byte it must not hold");
  if (target.contains('#')) return fail(Code::Malformed, "target with a fragment");
  if (method == "CONNECT") return fail(Code::Unsupported, "CONNECT is not served");
  if (target == "*" && method == "OPTIONS") return {};
  const bool known =
      target.starts_with('/') || target.starts_with("http://") || target.starts_with("https://");
  if (!known) return fail(Code::Malformed, "target is neither a path nor a URL");
  return {};
}

Result<void> parse_request_line(std::string_view line, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return fail(Code::Malformed, "request line without its three parts");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (!is_token(method) || method.size() > kMethodBytes)
    return fail(Code::Malformed, "method is not a name");
  if (target.empty()) return fail(Code::Malformed, "request line without a target");
  head.minor = PQ_TRY(parse_version(line.substr(last + 1)));
  PQ_TRY(check_target(method, target));
  head.method = method;
  head.target = target;
  return {};
}

Result<void> check_head(std::string_view head, const HeadLimits& limits) {
  if (head.size() > limits.bytes) return fail(Code::LimitExceeded, "head is too long");
  if (!head.ends_with(kEnd)) return fail(Code::Truncated, "head without an end");
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '\n' && (i == 0 || head[i - 1] != '\r'))
      return fail(Code::Malformed, "line that ends without CR");
    if (head[i] == '\r' && head[i + 1] != '\n') // the head ends with LF
      return fail(Code::Malformed, "CR without LF");
  }
  return {};
}

std::string upgrade_of(const std::vector<Header>& headers) {
  return base::to_lower(header_value(headers, "Upgrade"));
}

} // namespace

Result<std::optional<std::size_t>> HeadScanner::find(std::string_view buffer) {
  const std::string_view window = buffer.substr(0, limit_);
  while (true) {
    const std::size_t line_feed = window.find('\n', scanned_);
    if (line_feed == std::string_view::npos) break;
    if (line_feed == 0 || window[line_feed - 1] != '\r')
      return fail(Code::Malformed, "line that ends without CR");
    scanned_ = line_feed + 1;
    if (window.substr(0, scanned_).ends_with(kEnd)) return scanned_;
    if (scanned_ == 2) return fail(Code::Malformed, "empty line before the head");
  }
  scanned_ = window.size();
  if (buffer.size() >= limit_) return fail(Code::LimitExceeded, "head is too long");
  return std::nullopt;
}

Result<RequestHead> parse_request_head(std::string_view head, const HeadLimits& limits) {
  PQ_TRY(check_head(head, limits));
  RequestHead parsed;
  PQ_TRY(parse_request_line(take_line(head), parsed));
  parsed.headers = PQ_TRY(parse_headers(head, limits));
  PQ_TRY(check_host(parsed));
  const auto body = PQ_TRY(parse_framing(parsed.headers, parsed.minor));
  if (body) {
    parsed.framing = body->framing;
    parsed.length = body->length;
  }
  const ConnectionOptions options = PQ_TRY(parse_connection(parsed.headers));
  parsed.keep_alive = !options.close && (parsed.minor == 1 || options.keep_alive);
  if (const Header* expect = find_header(parsed.headers, "Expect")) {
    if (!equals_ignore_case(expect->value, "100-continue"))
      return fail(Code::Unsupported, "expectation other than 100-continue");
    parsed.expects_continue = parsed.minor == 1 && parsed.framing != Framing::None;
  }
  parsed.upgrade = upgrade_of(parsed.headers);
  return parsed;
}

Result<ResponseHead> parse_response_head(std::string_view head,
                                         std::string_view request_method,
                                         const HeadLimits& limits) {
  PQ_TRY(check_head(head, limits));
  ResponseHead parsed;
  const std::string_view line = take_line(head);
  if (line.size() < 12 || line[8] != ' ' || (line.size() > 12 && line[12] != ' '))
    return fail(Code::Malformed, "status line without its parts");
  parsed.minor = PQ_TRY(parse_version(line.substr(0, 8)));
  const auto status = base::parse_int<unsigned>(line.substr(9, 3));
  if (!status || *status < 100 || *status > 599)
    return fail(Code::Malformed, "status is not a number of three digits");
  parsed.status = static_cast<int>(*status);
  if (!std::ranges::all_of(line, is_value_byte))
    return fail(Code::Malformed, "control byte in the status line");
  parsed.headers = PQ_TRY(parse_headers(head, limits));
  const auto body = PQ_TRY(parse_framing(parsed.headers, parsed.minor));
  const bool bodiless = request_method == "HEAD" || parsed.status < 200 || parsed.status == 204 ||
                        parsed.status == 304;
  if (!bodiless && body) {
    parsed.framing = body->framing;
    parsed.length = body->length;
  } else if (!bodiless) {
    parsed.framing = Framing::Close;
  }
  const ConnectionOptions options = PQ_TRY(parse_connection(parsed.headers));
  parsed.keep_alive = parsed.framing != Framing::Close && !options.close &&
                      (parsed.minor == 1 || options.keep_alive);
  parsed.upgrade = upgrade_of(parsed.headers);
  return parsed;
}

int status_of_refusal(const base::Error& error) {
  if (error.code() == Code::LimitExceeded) return 431;
  return error.code() == Code::Unsupported ? 501 : 400;
}

std::string_view reason_phrase(int status) {
  constexpr std::array<std::pair<int, std::string_view>, 22> kReasons{{
      {100, "Continue"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
  }};
  const auto found =
      std::ranges::find_if(kReasons, [&](const auto& entry) { return entry.first == status; });
  return found == kReasons.end() ? std::string_view{} : found->second;
}

} // namespace portique::http
