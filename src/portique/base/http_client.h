#pragma once

// HTTP(S) as a client: one request at a time, streamed, bounded, retried, resumed.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "portique/base/byte_reader.h"
#include "portique/base/result.h"

namespace portique::base {

/// PEM files for https; empty ones are left out. What is our own is shown only to the server that a
/// request begins at, and only there may any certificate do: not where it redirects to.
struct HttpTls {
  std::filesystem::path authorities; ///< trusted instead of the system's
  std::string further_authorities;   ///< PEM text of others that are trusted besides
  std::filesystem::path certificate; ///< our own, for servers that ask who we are
  std::filesystem::path key;
  bool verify = true; ///< false: any certificate of the server will do
};

struct HttpOptions {
  std::string user_agent = "portique";
  std::chrono::seconds connect_timeout{15};
  /// A transfer in which no byte moves for so long is broken off.
  std::chrono::seconds stall_timeout{30};
  /// One transfer, from the request to its last byte.
  std::chrono::seconds total_timeout{3600};
  /// A body that over `slow_window` brings fewer than `slowest` bytes a second is given up; what
  /// the sink takes for itself does not count. 0: any speed will do.
  std::uint64_t slowest = 0;
  std::chrono::seconds slow_window{60};
  /// Counted from the last time that an attempt brought `kProgressBytes`.
  int retries = 3;
  int redirects = 5;
  /// Wait before the first retry; doubled for each further one, and made longer or shorter by up to
  /// this part of it, so that many clients do not come back all at once.
  std::chrono::milliseconds back_off{500};
  double jitter = 0.2;
  /// A longer Retry-After is an error rather than a wait.
  std::chrono::seconds longest_wait{60};
  /// Every request goes to this socket, whatever host its URL names; empty: over the network.
  std::filesystem::path unix_socket;
  HttpTls tls;
  /// How waiting is done; tests put a recorder here.
  std::function<void(std::chrono::milliseconds)> wait;
};

/// So much of a body makes the retries count anew.
inline constexpr std::uint64_t kProgressBytes = 1ULL << 20U;

enum class HttpMethod : std::uint8_t { Get, Head, Post };

struct HttpRequest {
  std::string url;
  HttpMethod method = HttpMethod::Get;
  /// Sent to the URL's own origin only: a redirect to another scheme, host or port gets none of
  /// them (Accept excepted).
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body; ///< of a POST
  /// Conditional GET: the validators of the copy at hand, "" if none.
  std::string etag;
  std::string last_modified;
  /// Instead of HttpOptions::tls.
  std::optional<HttpTls> tls;
  /// The URL's content never changes (its name is its digest): it is resumed without a validator.
  bool immutable = false;
  /// How much of an immutable body the sink has from earlier requests; what lies behind is asked
  /// for.
  std::uint64_t have = 0;
  /// Instead of HttpOptions::total_timeout.
  std::optional<std::chrono::seconds> total_timeout;
  /// Bytes of the body that are taken at most; more is Code::LimitExceeded.
  std::uint64_t limit = 0;
  /// Gets the body of a 2xx answer piece by piece; an error ends the transfer and is returned.
  std::function<Result<void>(Bytes)> sink;
  /// Called when a broken transfer cannot be resumed and the sink must start again from nothing.
  /// Without it such a break is an error.
  std::function<Result<void>()> restart;
  /// Bytes so far and in all (0: unknown).
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  /// Asked about once a second, and for each piece: true breaks the transfer off.
  std::function<bool()> cancelled;
};

struct HttpResponse {
  int status = 0;
  std::string url; ///< after redirects
  std::string etag;
  std::string last_modified;
  std::uint64_t size = 0;                                   ///< bytes that the sink has
  std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
  std::string error_body; ///< the first 16 KiB of an answer that is not 2xx

  [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
};

/// Not thread-safe: one client a thread. Connections are kept for later requests to the same host.
/// Proxies come from HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY (upper or lower case; loopback
/// never goes through one), certificates from SSL_CERT_FILE and SSL_CERT_DIR or the system's.
class HttpClient {
public:
  explicit HttpClient(HttpOptions options = {});
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  /// Follows redirects, retries 429, 5xx and broken transfers, and returns the answer whatever its
  /// status. Code::Network or Code::Timeout if none came.
  Result<HttpResponse> send(const HttpRequest& request);

  /// The same, but anything that is not 2xx or 304 is an error too: Code::NotFound for 404 and
  /// 410, else Code::Network.
  Result<HttpResponse> get(const HttpRequest& request);

  /// Whether something at the URL's host and port speaks TLS; its certificate is not looked at.
  /// Also true where that cannot be told, for a request says best what is wrong.
  bool offers_tls(const HttpRequest& request);

  /// The whole body in memory.
  Result<std::string> get_text(std::string_view url, std::uint64_t limit);

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace portique::base
