#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "portique/base/http_client.h"
#include "portique/base/http_url.h"
#include "portique/base/result.h"
#include "portique/image/registry_challenge.h"
#include "portique/image/registry_credentials.h"
#include "portique/image/registry_options.h"

namespace portique::image {

/// HTTP clients that wait to be used again, with their connections. Thread-safe.
class HttpClientPool {
public:
  explicit HttpClientPool(base::HttpOptions options) : options_(std::move(options)) {}

  /// A client of the pool, for as long as the lease lives.
  class Lease {
  public:
    explicit Lease(HttpClientPool& pool);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    base::HttpClient* operator->() const { return client_.get(); }

  private:
    HttpClientPool* pool_;
    std::unique_ptr<base::HttpClient> client_;
  };

private:
  base::HttpOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<base::HttpClient>> idle_;
};

/// Something to GET below /v2/REPOSITORY/.
struct EndpointRequest {
  std::string path; ///< "manifests/latest"; or, from a page's link, "/v2/..."
  std::vector<std::string> accept;
  std::uint64_t limit = 0;
  std::function<base::Result<void>(base::Bytes)> sink;
  std::function<base::Result<void>()> restart; ///< of what is not immutable
  bool immutable = false;
  std::uint64_t have = 0;
  std::optional<std::chrono::seconds> total_timeout;
};

/// One server that speaks the OCI distribution API for one repository: the registry itself, or a
/// mirror. Knows how to speak to it (https, or plain http where that is allowed) and how to log in.
/// Thread-safe.
class RegistryEndpoint {
public:
  struct Place {
    std::string registry;   ///< as references write it; whose credentials and certificates are used
    std::string base_url;   ///< of a mirror; "" for the registry's own host
    std::string host;       ///< of the registry itself
    std::string repository; ///< "library/nginx"
    bool insecure = false;  ///< named so by the user
  };

  struct Connections {
    HttpClientPool* pool = nullptr;
    std::function<bool()> stopped; ///< true breaks off whatever is under way
  };

  /// `options` and the pool are borrowed.
  static base::Result<std::unique_ptr<RegistryEndpoint>>
  open(Place place, const RegistryOptions& options, Connections connections);

  /// The answer, if it is a 2xx one; else an Error that says what the server refused, with
  /// Code::NotFound for 404. Logs in when the server asks for it.
  base::Result<base::HttpResponse> get(const EndpointRequest& request);

  /// For messages.
  [[nodiscard]] const std::string& name() const { return name_; }

private:
  RegistryEndpoint(Place place, const RegistryOptions& options, Connections connections);

  base::Result<base::HttpUrl> base_url();
  base::Result<std::string> url_of(const std::string& path);
  base::Result<base::HttpResponse>
  send(const EndpointRequest& request, const std::string& url, const std::string& authorization);
  [[nodiscard]] std::string authorization();
  base::Result<void> log_in(const std::vector<Challenge>& challenges, const std::string& used);
  base::Result<void> fetch_token(const Challenge& bearer);
  base::Result<base::HttpUrl> check_realm(const Challenge& bearer);
  base::Result<base::HttpRequest> token_request(const Challenge& bearer, bool posted);
  const FoundCredentials& credentials();
  [[nodiscard]] base::Error
  refusal(const EndpointRequest& request, const base::HttpResponse& response, bool foreign);
  [[nodiscard]] base::Error login_refusal(const base::HttpResponse& response);

  Place place_;
  const RegistryOptions* options_;
  HttpClientPool* pool_;
  std::function<bool()> stopped_;
  std::string name_;
  base::HttpTls tls_;

  std::mutex mutex_; ///< guards what follows; held while logging in
  std::optional<base::HttpUrl> base_;
  std::optional<FoundCredentials> credentials_;
  std::string authorization_; ///< header value, "" before a login
  std::chrono::steady_clock::time_point expires_;
};

} // namespace portique::image
