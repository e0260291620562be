// URLs are taken apart by libcurl's own parser, so that what is checked is what is connected to.

#include "portique/base/http_url.h"

#include <memory>

#include <curl/curl.h>

#include "portique/base/text.h"

namespace portique::base {

namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

using UrlHandle = std::unique_ptr<CURLU, UrlDeleter>;

std::string part(const UrlHandle& url, CURLUPart which, unsigned flags = 0) {
  char* raw = nullptr;
  if (curl_url_get(url.get(), which, &raw, flags) != CURLUE_OK) return {};
  std::string value(raw);
  curl_free(raw);
  return value;
}

Result<HttpUrl> describe(const UrlHandle& url, std::string_view given) {
  HttpUrl parsed;
  parsed.scheme = to_lower(part(url, CURLUPART_SCHEME));
  if (parsed.scheme != "http" && parsed.scheme != "https")
    return fail(Code::InvalidArgument,
                "\"" + base::printable(given) + "\" is not an http or https URL");
  parsed.host = to_lower(part(url, CURLUPART_HOST));
  parsed.port = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  parsed.text = part(url, CURLUPART_URL);
  if (parsed.host.empty() || parsed.text.empty())
    return fail(Code::InvalidArgument, "\"" + base::printable(given) + "\" names no host");
  return parsed;
}

} // namespace

bool HttpUrl::is_loopback() const {
  if (host == "localhost" || host == "[::1]") return true;
  if (!host.starts_with("127.")) return false;
  return host.find_first_not_of("0123456789.") == std::string::npos;
}

std::string HttpUrl::printable() const {
  const UrlHandle url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return scheme + "://";
  for (const CURLUPart hidden :
       {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT})
    curl_url_set(url.get(), hidden, nullptr, 0);
  return base::printable(part(url, CURLUPART_URL));
}

Result<HttpUrl> parse_http_url(std::string_view text) {
  const UrlHandle url(curl_url());
  const std::string whole(text);
  if (curl_url_set(url.get(), CURLUPART_URL, whole.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    return fail(Code::InvalidArgument, "\"" + base::printable(text) + "\" is not a URL");
  return describe(url, text);
}

Result<std::string> with_query(std::string_view url,
                               const std::vector<std::pair<std::string, std::string>>& parameters) {
  const UrlHandle handle(curl_url());
  if (curl_url_set(handle.get(), CURLUPART_URL, std::string(url).c_str(), 0) != CURLUE_OK)
    return fail(Code::InvalidArgument, "\"" + base::printable(url) + "\" is not a URL");
  const std::string query = form_encoded(parameters);
  if (!query.empty() &&
      curl_url_set(handle.get(), CURLUPART_QUERY, query.c_str(), CURLU_APPENDQUERY) != CURLUE_OK)
    return fail(Code::InvalidArgument, "\"" + base::printable(url) + "\" takes no parameters");
  return part(handle, CURLUPART_URL);
}

std::string form_encoded(const std::vector<std::pair<std::string, std::string>>& parameters) {
  constexpr std::string_view kUnreserved = "-._~";
  std::string form;
  const auto append = [&](std::string_view text) {
    for (const char c : text) {
      if (is_alnum(c) || kUnreserved.contains(c)) {
        form += c;
      } else {
        form += '%';
        form += to_hex({&c, 1});
      }
    }
  };
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    if (!form.empty()) form += '&';
    append(name);
    form += '=';
    append(value);
  }
  return form;
}

Result<HttpUrl> follow_redirect(const HttpUrl& from, std::string_view location) {
  const UrlHandle url(curl_url());
  const std::string target(location);
  if (curl_url_set(url.get(), CURLUPART_URL, from.text.c_str(), 0) != CURLUE_OK ||
      curl_url_set(url.get(), CURLUPART_URL, target.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    return fail(Code::Network, from.printable() + " redirects to something that is not a URL");
  auto to = describe(url, location);
  if (!to) return fail(Code::Network, from.printable() + " redirects to no http or https URL");
  if (from.scheme == "https" && to->scheme == "http")
    return fail(Code::Network,
                from.printable() + " redirects to plain http (" + to->printable() +
                    "), which is refused");
  if (to->is_loopback() && !from.is_loopback())
    return fail(Code::Network, from.printable() + " redirects to this machine, which is refused");
  if (!to->same_origin(from)) {
    curl_url_set(url.get(), CURLUPART_USER, nullptr, 0);
    curl_url_set(url.get(), CURLUPART_PASSWORD, nullptr, 0);
    to->text = part(url, CURLUPART_URL);
  }
  return to;
}

} // namespace portique::base
