// libcurl's easy interface, one handle a client. Redirects are followed here and not by libcurl,
// because the rules (no way from https to http, no header to a stranger) are stricter than its own.
// Bodies are asked for as they are, without Content-Encoding, so that lengths and ranges mean the
// file's own bytes. Resuming follows RFC 9110, 13.1.5 (If-Range) and 14.2.

#include "portique/base/http_client.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include <curl/curl.h>

#include "portique/base/file.h"
#include "portique/base/http_url.h"
#include "portique/base/text.h"

namespace portique::base {

namespace {

constexpr std::size_t kErrorBodyBytes = 16 * 1024;
constexpr std::size_t kHeaderBytes = 256 * 1024;
constexpr std::uint64_t kAuthorityBytes = 16ULL << 20U;
/// Of one system call that reads from the network.
constexpr long kReceiveBytes = 256 * 1024;
/// Attempts at one request, whatever progress they make.
constexpr int kMostAttempts = 100;

using Clock = std::chrono::steady_clock;

struct CurlDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

void append(HeaderList& list, const std::string& line) {
  curl_slist* grown = curl_slist_append(list.get(), line.c_str());
  if (grown == nullptr) return;
  static_cast<void>(list.release());
  list.reset(grown);
}

/// What is known of a body across the attempts to get it.
struct Transfer {
  const HttpRequest* request = nullptr;
  HttpUrl url;
  HttpResponse response;
  std::size_t header_bytes = 0;
  std::uint64_t delivered = 0;         ///< bytes the sink has, from the body's start
  std::uint64_t pass_over = 0;         ///< bytes of this attempt that the sink has already
  std::uint64_t whole = 0;             ///< length of the whole body as announced, 0 if unknown
  std::string validator;               ///< ETag or Last-Modified of the body in the sink
  bool started = false;                ///< the first piece of this attempt was seen
  std::optional<Error> error;          ///< why a callback broke the transfer off
  HttpMethod method = HttpMethod::Get; ///< of this attempt; a redirect can turn POST into GET
  CURL* handle = nullptr;

  // to tell a stall, or a drip
  const HttpOptions* options = nullptr;
  Clock::time_point moved_at;
  curl_off_t moved = 0; ///< bytes in and out
  bool stalled = false;
  Clock::time_point window_from; ///< moved forward by what the sink takes for itself
  std::uint64_t window_bytes = 0;
};

/// OpenSSL writes to connections that the other side may have closed, and sinks write to pipes:
/// SIGPIPE is kept from the thread meanwhile.
class NoSigpipe {
public:
  NoSigpipe() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    was_pending_ = is_pending();
    ::pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }

  ~NoSigpipe() {
    constexpr timespec kNow{};
    if (!was_pending_ && is_pending()) ::sigtimedwait(&sigpipe_, nullptr, &kNow);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

private:
  static bool is_pending() {
    sigset_t pending{};
    ::sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;
  }

  sigset_t sigpipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

bool is_success(int status) {
  return status >= 200 && status < 300;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_retried_status(int status, HttpMethod method) {
  if (status == 429 || status == 503) return true;
  return method != HttpMethod::Post && (status == 500 || status == 502 || status == 504);
}

/// A strong validator that If-Range may carry.
std::string validator_of(const HttpResponse& response) {
  if (!response.etag.empty()) return response.etag.starts_with("W/") ? "" : response.etag;
  return response.last_modified;
}

struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t whole = 0;
};

/// "bytes 5-9/10"; nothing if it does not reach to the body's end.
std::optional<ContentRange> parse_content_range(std::string_view content_range) {
  if (!content_range.starts_with("bytes ")) return std::nullopt;
  content_range.remove_prefix(6);
  const auto first = parse_int<std::uint64_t>(take_until(content_range, '-'));
  const auto last = parse_int<std::uint64_t>(take_until(content_range, '/'));
  const auto complete = parse_int<std::uint64_t>(content_range);
  if (!first || !last || !complete || *complete == 0 || *last != *complete - 1 || *first > *last)
    return std::nullopt;
  return ContentRange{*first, *complete};
}

bool refuse(Transfer& transfer, Code code, std::string message) {
  transfer.error.emplace(code, std::move(message));
  return false;
}

/// A whole body came, though only its rest was asked for: passes over what the sink has if it is
/// the same body, else starts again.
bool begin_again(Transfer& transfer) {
  const bool same =
      !transfer.validator.empty() && validator_of(transfer.response) == transfer.validator;
  if (transfer.request->immutable || same) {
    transfer.pass_over = transfer.delivered;
    return true;
  }
  if (!transfer.request->restart)
    return refuse(transfer, Code::Network, "the transfer broke and could not be resumed");
  if (auto restarted = transfer.request->restart(); !restarted) {
    transfer.error = std::move(restarted).error();
    return false;
  }
  transfer.delivered = 0;
  transfer.whole = 0;
  return true;
}

std::string too_large(const Transfer& transfer) {
  return "the answer is larger than " + std::to_string(transfer.request->limit) + " bytes";
}

/// Before the first piece of a body: does it continue what the sink has?
bool begin_body(Transfer& transfer) {
  transfer.started = true;
  const HttpResponse& response = transfer.response;
  curl_off_t length = -1;
  curl_easy_getinfo(transfer.handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  std::uint64_t whole = length > 0 ? static_cast<std::uint64_t>(length) : 0;
  if (response.status == 206) {
    const auto range = parse_content_range(response.header("content-range"));
    if (transfer.delivered == 0 || !range || range->first != transfer.delivered)
      return refuse(transfer, Code::Network, "the server sent another range than was asked for");
    whole = range->whole;
  } else if (transfer.delivered > 0 && !begin_again(transfer)) {
    return false;
  }
  if (transfer.whole != 0 && whole != 0 && transfer.whole != whole)
    return refuse(transfer, Code::Network, "the server announced another length than before");
  if (whole > transfer.request->limit)
    return refuse(transfer, Code::LimitExceeded, too_large(transfer));
  transfer.whole = whole;
  transfer.validator = validator_of(response);
  return true;
}

/// Whether the caller wants no more of it.
bool is_cancelled(Transfer& transfer) {
  if (!transfer.request->cancelled || !transfer.request->cancelled()) return false;
  if (!transfer.error) transfer.error.emplace(Code::Network, "the transfer was given up");
  return true;
}

bool give_to_sink(Transfer& transfer, Bytes piece) {
  const auto before = Clock::now();
  if (auto taken = transfer.request->sink(piece); !taken) {
    transfer.error = std::move(taken).error();
    return false;
  }
  transfer.moved_at = Clock::now();
  transfer.window_from += transfer.moved_at - before;
  return true;
}

bool deliver(Transfer& transfer, Bytes piece) {
  if (is_cancelled(transfer)) return false;
  if (!transfer.started && !begin_body(transfer)) return false;
  transfer.window_bytes += piece.size();
  if (transfer.pass_over > 0) {
    const std::size_t known = std::min<std::uint64_t>(transfer.pass_over, piece.size());
    transfer.pass_over -= known;
    piece = piece.subspan(known);
    if (piece.empty()) return true;
  }
  if (piece.size() > transfer.request->limit - transfer.delivered)
    return refuse(transfer, Code::LimitExceeded, too_large(transfer));
  if (transfer.request->sink && !give_to_sink(transfer, piece)) return false;
  transfer.delivered += piece.size();
  return true;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view piece(data, size * count);
  if (is_success(transfer.response.status))
    return deliver(transfer, as_bytes(piece)) ? piece.size() : 0;
  std::string& kept = transfer.response.error_body;
  kept += piece.substr(0, kErrorBodyBytes - std::min(kErrorBodyBytes, kept.size()));
  // The rest of an error page is of no use; a short one is read so that the connection stays open.
  return kept.size() < kErrorBodyBytes ? piece.size() : 0;
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view raw(data, size * count);
  transfer.header_bytes += raw.size();
  if (transfer.header_bytes > kHeaderBytes) {
    refuse(transfer, Code::LimitExceeded, "the answer's header is too large");
    return 0;
  }
  std::string_view line = trim(raw);
  if (line.starts_with("HTTP/")) { // also after a 100 or a proxy's own answer
    transfer.response.headers.clear();
    take_until(line, ' ');
    transfer.response.status = parse_int<int>(take_until(line, ' ')).value_or(0);
    return raw.size();
  }
  if (line.empty()) return raw.size();
  const std::string name = to_lower(trim(take_until(line, ':')));
  const std::string value(trim(line));
  if (name == "etag") transfer.response.etag = value;
  if (name == "last-modified") transfer.response.last_modified = value;
  transfer.response.headers.emplace_back(name, value);
  return raw.size();
}

/// Whether the body drips: not told before a whole window has passed.
bool is_too_slow(Transfer& transfer, Clock::time_point time) {
  const HttpOptions& options = *transfer.options;
  const auto passed = time - transfer.window_from;
  if (options.slowest == 0 || passed < options.slow_window) return false;
  const double seconds = std::chrono::duration<double>(passed).count();
  if (static_cast<double>(transfer.window_bytes) < static_cast<double>(options.slowest) * seconds)
    return true;
  transfer.window_from = time;
  transfer.window_bytes = 0;
  return false;
}

/// libcurl calls this at least once a second. Its own low-speed limit averages over five seconds,
/// and counts the time that the sink takes, so a stall is told here.
int on_progress(void* user, curl_off_t total, curl_off_t got, curl_off_t, curl_off_t sent) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (is_cancelled(transfer)) return 1;
  const HttpOptions& options = *transfer.options;
  const auto time = Clock::now();
  if (got + sent != transfer.moved) {
    transfer.moved = got + sent;
    transfer.moved_at = time;
  } else if (time - transfer.moved_at > options.stall_timeout) {
    transfer.stalled = true;
    return 1;
  }
  if (is_too_slow(transfer, time)) {
    refuse(transfer,
           Code::Timeout,
           "the server sends fewer than " + std::to_string(options.slowest) +
               " bytes a second; given up");
    return 1;
  }
  if (transfer.request->progress && is_success(transfer.response.status) && got > 0) {
    const bool resumed = transfer.response.status == 206;
    const auto before = resumed ? transfer.delivered - static_cast<std::uint64_t>(got) : 0;
    transfer.request->progress(transfer.delivered,
                               total > 0 ? before + static_cast<std::uint64_t>(total) : 0);
  }
  return 0;
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

bool is_retried(CURLcode code) {
  switch (code) {
  case CURLE_COULDNT_CONNECT:
  case CURLE_OPERATION_TIMEDOUT:
  case CURLE_PARTIAL_FILE:
  case CURLE_GOT_NOTHING:
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
  case CURLE_HTTP2:
  case CURLE_HTTP2_STREAM:
  case CURLE_SSL_CONNECT_ERROR:
    return true;
  default:
    return false;
  }
}

/// What libcurl's code means to a user.
Error describe(CURLcode code, const HttpUrl& url, const char* detail) {
  const std::string place = url.printable();
  const std::string why = *detail != '\0' ? std::string(detail) : curl_easy_strerror(code);
  switch (code) {
  case CURLE_OPERATION_TIMEDOUT:
    return {Code::Timeout, "no answer from " + place + " in time (" + printable(why) + ")"};
  case CURLE_COULDNT_RESOLVE_HOST:
    return {Code::Network,
            "cannot find the host " + url.host + "; check the network, or set HTTPS_PROXY"};
  case CURLE_COULDNT_RESOLVE_PROXY:
    return {Code::Network, "cannot find the proxy for " + place + "; check HTTPS_PROXY"};
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
    return {Code::Network,
            "the certificate of " + url.host + " cannot be verified (" + printable(why) +
                "); SSL_CERT_FILE names further authorities"};
  case CURLE_PARTIAL_FILE:
    return {Code::Truncated, place + " ended before its announced length"};
  default:
    return {Code::Network, "cannot fetch " + place + ": " + printable(why)};
  }
}

Error with_tries(const Error& error, int attempts) {
  Error told(error.code(), error.message() + ", after " + std::to_string(attempts) + " tries");
  for (const std::string& place : error.places())
    told = std::move(told).at(place);
  return told;
}

} // namespace

struct HttpClient::State {
  HttpOptions options;
  std::unique_ptr<CURL, CurlDeleter> handle;
  std::minstd_rand random{std::random_device{}()};

  using Reason = std::array<char, CURL_ERROR_SIZE>;

  void configure(Transfer& transfer, const HeaderList& headers, Reason& why) const;
  void configure_tls(const HttpUrl& url, const HttpTls& tls, bool same_origin) const;
  void configure_route(const HttpUrl& url) const;
  [[nodiscard]] HeaderList headers_of(const Transfer& transfer, const HttpUrl& origin) const;

  /// One exchange; `code` says what libcurl made of it.
  Result<void> attempt(Transfer& transfer, const HttpUrl& origin, CURLcode& code) const;

  /// One exchange and those that its answers redirect to.
  Result<void> attempt_chain(Transfer& transfer, const HttpUrl& origin, CURLcode& code) const;

  Result<void> wait_for_retry(const Transfer& transfer, int tries);
};

/// `same_origin`: the URL is where the request began, and what is meant for there may be shown.
void HttpClient::State::configure_tls(const HttpUrl& url,
                                      const HttpTls& tls,
                                      bool same_origin) const {
  CURL* curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (url.scheme != "https") return;
  const auto set_file = [curl](CURLoption option, const std::filesystem::path& file) {
    if (!file.empty()) curl_easy_setopt(curl, option, file.c_str());
  };
  std::filesystem::path authorities = tls.authorities;
  if (authorities.empty()) {
    authorities = environment("SSL_CERT_FILE");
    set_file(CURLOPT_CAPATH, environment("SSL_CERT_DIR"));
  } else {
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr); // libcurl would look into the system's as well
  }
  set_file(CURLOPT_CAINFO, authorities);
  std::string further = tls.further_authorities;
  // libcurl takes a text instead of the file, so it has to hold both.
  if (!further.empty() && !authorities.empty())
    further += "\n" + read_file(authorities, kAuthorityBytes).value_or(std::string());
  if (!further.empty()) {
    curl_blob pem{further.data(), further.size(), CURL_BLOB_COPY};
    curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &pem);
  }
  if (!same_origin) return;
  set_file(CURLOPT_SSLCERT, tls.certificate);
  set_file(CURLOPT_SSLKEY, tls.key);
  if (tls.verify) return;
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
}

void HttpClient::State::configure_route(const HttpUrl& url) const {
  CURL* curl = handle.get();
  if (!options.unix_socket.empty())
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, options.unix_socket.c_str());
  if (url.is_loopback() || !options.unix_socket.empty()) {
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
  } else if (url.scheme == "http" && environment("http_proxy").empty() &&
             !environment("HTTP_PROXY").empty() && environment("REQUEST_METHOD").empty()) {
    // libcurl leaves HTTP_PROXY aside because a CGI program gets it from a request's header.
    curl_easy_setopt(curl, CURLOPT_PROXY, environment("HTTP_PROXY").c_str());
  }
}

void HttpClient::State::configure(Transfer& transfer,
                                  const HeaderList& headers,
                                  Reason& why) const {
  CURL* curl = handle.get();
  const HttpRequest& request = *transfer.request;
  curl_easy_reset(curl); // keeps the connections
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why.data());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, kReceiveBytes);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(
      curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(
      curl,
      CURLOPT_TIMEOUT,
      static_cast<long>(request.total_timeout.value_or(options.total_timeout).count()));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_URL, transfer.url.text.c_str());
  if (transfer.method == HttpMethod::Head) curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  if (transfer.method == HttpMethod::Post) {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(
        curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  configure_route(transfer.url);
}

HeaderList HttpClient::State::headers_of(const Transfer& transfer, const HttpUrl& origin) const {
  const HttpRequest& request = *transfer.request;
  HeaderList headers;
  for (const auto& [name, value] : request.headers)
    if (transfer.url.same_origin(origin) || equals_ignore_case(name, "accept"))
      append(headers, name + ": " + value);
  if (transfer.delivered > 0 && (request.immutable || !transfer.validator.empty())) {
    append(headers, "Range: bytes=" + std::to_string(transfer.delivered) + "-");
    if (!request.immutable) append(headers, "If-Range: " + transfer.validator);
  }
  if (transfer.delivered == 0) {
    if (!request.etag.empty()) append(headers, "If-None-Match: " + request.etag);
    if (!request.last_modified.empty())
      append(headers, "If-Modified-Since: " + request.last_modified);
  }
  return headers;
}

Result<void>
HttpClient::State::attempt(Transfer& transfer, const HttpUrl& origin, CURLcode& code) const {
  const HeaderList headers = headers_of(transfer, origin);
  Reason why{};
  transfer.response = {};
  transfer.header_bytes = 0;
  transfer.pass_over = 0;
  transfer.started = false;
  transfer.error.reset();
  transfer.handle = handle.get();
  transfer.options = &options;
  transfer.moved_at = transfer.window_from = Clock::now();
  transfer.moved = 0;
  transfer.window_bytes = 0;
  transfer.stalled = false;
  configure(transfer, headers, why);
  configure_tls(
      transfer.url, transfer.request->tls.value_or(options.tls), transfer.url.same_origin(origin));
  {
    const NoSigpipe guard;
    code = curl_easy_perform(handle.get());
  }
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, nullptr);
  if (transfer.error)
    return std::unexpected(std::move(*transfer.error).at(transfer.url.printable()));
  const int status = transfer.response.status;
  if (code == CURLE_WRITE_ERROR && status != 0 && !is_success(status)) code = CURLE_OK;
  if (transfer.stalled) code = CURLE_OPERATION_TIMEDOUT;
  if (code == CURLE_OK && transfer.pass_over > 0) code = CURLE_PARTIAL_FILE;
  if (code == CURLE_OK) return {};
  return std::unexpected(describe(code, transfer.url, why.data()));
}

Result<void> HttpClient::State::wait_for_retry(const Transfer& transfer, int tries) {
  const double factor = 1 + options.jitter * std::uniform_real_distribution(-1.0, 1.0)(random);
  const auto back_off = options.back_off * (1U << static_cast<unsigned>(std::min(tries, 16)));
  auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(back_off * factor);
  pause = std::min<std::chrono::milliseconds>(pause, options.longest_wait);
  curl_off_t asked = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RETRY_AFTER, &asked);
  if (asked > options.longest_wait.count())
    return fail(Code::Network,
                transfer.url.printable() + " asks to come back in " + std::to_string(asked) +
                    " seconds; try again then");
  pause = std::max<std::chrono::milliseconds>(pause, std::chrono::seconds(asked));
  if (options.wait)
    options.wait(pause);
  else
    std::this_thread::sleep_for(pause);
  if (transfer.request->cancelled && transfer.request->cancelled())
    return fail(Code::Network, "the transfer was given up");
  return {};
}

Result<void>
HttpClient::State::attempt_chain(Transfer& transfer, const HttpUrl& origin, CURLcode& code) const {
  transfer.url = origin;
  transfer.method = transfer.request->method;
  for (int hops = 0;; ++hops) {
    PQ_TRY(attempt(transfer, origin, code));
    const int status = transfer.response.status;
    const std::string location(transfer.response.header("location"));
    if (!is_redirect(status) || location.empty()) return {};
    const auto refused = [&](Error error) {
      transfer.error = error;
      return std::unexpected(std::move(error));
    };
    if (hops >= options.redirects)
      return refused({Code::Network,
                      origin.printable() + " redirects more than " +
                          std::to_string(options.redirects) + " times"});
    auto next = follow_redirect(transfer.url, location);
    if (!next) return refused(std::move(next).error());
    if (transfer.method == HttpMethod::Post && status != 307 && status != 308)
      transfer.method = HttpMethod::Get;
    if (transfer.method == HttpMethod::Post && !next->same_origin(origin))
      return refused({Code::Network,
                      origin.printable() + " wants what was posted to it sent to " + next->host +
                          ", which is refused"});
    transfer.url = std::move(*next);
  }
}

std::string_view HttpResponse::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers)
    if (name == lower_case_name) return value;
  return {};
}

HttpClient::HttpClient(HttpOptions options) : state_(std::make_unique<State>()) {
  static std::once_flag once; // libcurl's own start is not thread-safe
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  state_->options = std::move(options);
  state_->handle.reset(curl_easy_init());
}

HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

Result<HttpResponse> HttpClient::send(const HttpRequest& request) {
  const HttpUrl origin = PQ_TRY(parse_http_url(request.url));
  if (!state_->handle) return fail(Code::Network, "cannot start the HTTP client");
  Transfer transfer;
  transfer.request = &request;
  transfer.delivered = request.have;
  int tries = 0;
  // Each attempt begins at the origin: a place that it redirected to may have been meant for once.
  for (int attempts = 1;; ++attempts, ++tries) {
    const std::uint64_t before = transfer.delivered;
    CURLcode code = CURLE_OK;
    const auto answered = state_->attempt_chain(transfer, origin, code);
    if (answered && !is_retried_status(transfer.response.status, transfer.method)) break;
    if (transfer.delivered >= before + kProgressBytes) tries = 0;
    const bool again =
        answered || (!transfer.error && is_retried(code) && transfer.method != HttpMethod::Post);
    if (again && tries < state_->options.retries && attempts < kMostAttempts) {
      PQ_TRY(state_->wait_for_retry(transfer, tries));
      continue;
    }
    if (answered) break;
    if (attempts == 1) return std::unexpected(answered.error());
    return std::unexpected(with_tries(answered.error(), attempts));
  }
  transfer.response.url = transfer.url.text;
  transfer.response.size = transfer.delivered;
  return std::move(transfer.response);
}

bool HttpClient::offers_tls(const HttpRequest& request) {
  const auto url = parse_http_url(request.url);
  if (!url || !state_->handle) return true;
  CURL* curl = state_->handle.get();
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_URL, url->text.c_str());
  curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(
      curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(state_->options.connect_timeout.count()));
  HttpTls tls = request.tls.value_or(state_->options.tls);
  tls.verify = false;
  state_->configure_tls(*url, tls, true);
  state_->configure_route(*url);
  const NoSigpipe guard;
  const CURLcode code = curl_easy_perform(curl);
  switch (code) {
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_COULDNT_CONNECT:
  case CURLE_GOT_NOTHING:
  case CURLE_RECV_ERROR: // also of a proxy that makes no tunnel to such a port
  case CURLE_SEND_ERROR:
  case CURLE_PROXY:
    return false;
  default:
    return true;
  }
}

Result<HttpResponse> HttpClient::get(const HttpRequest& request) {
  HttpResponse response = PQ_TRY(send(request));
  if (is_success(response.status) || response.status == 304) return response;
  const HttpUrl url = PQ_TRY(parse_http_url(response.url));
  const std::string status = std::to_string(response.status);
  if (response.status == 404 || response.status == 410)
    return fail(Code::NotFound, "there is no " + url.printable() + " (HTTP " + status + ")");
  return fail(Code::Network, url.printable() + " answered HTTP " + status);
}

Result<std::string> HttpClient::get_text(std::string_view url, std::uint64_t limit) {
  std::string text;
  HttpRequest request;
  request.url = url;
  request.limit = limit;
  request.sink = [&](Bytes piece) -> Result<void> {
    text += as_text(piece);
    return {};
  };
  request.restart = [&]() -> Result<void> {
    text.clear();
    return {};
  };
  PQ_TRY(get(request));
  return text;
}

} // namespace portique::base
