// The OCI distribution API (https://github.com/opencontainers/distribution-spec) and Docker's way
// to log in: a request is sent without credentials; the 401 that answers it names the token server
// (https://distribution.github.io/distribution/spec/auth/token/), which is asked with them, or
// without any for what is public. The token is kept for later requests.
//
// Credentials go to the registry's own host, and to the token server that it names: never by plain
// http from a registry that is spoken to by https, and never to where a request is redirected. A
// 401 of such a place is no challenge.

#include "portique/image/registry_endpoint.h"

#include <algorithm>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/image/registry_certificates.h"
#include "portique/image/registry_documents.h"

namespace portique::image {

using base::Code;
using base::Error;
using base::fail;
using base::HttpRequest;
using base::HttpResponse;
using base::HttpUrl;

namespace {

constexpr std::size_t kIdleClients = 8;
constexpr int kLogins = 2;
constexpr std::chrono::seconds kTokenMargin{10};
constexpr std::chrono::seconds kTokenTimeout{60};

/// As a reference writes it: the port only where it is not the scheme's own.
std::string host_of(const HttpUrl& url) {
  const bool usual = url.port == (url.scheme == "https" ? "443" : "80");
  return usual ? url.host : url.host + ":" + url.port;
}

bool is_named_insecure(const RegistryOptions& options, const HttpUrl& url) {
  return std::ranges::any_of(options.insecure, [&](const std::string& name) {
    const std::string host = base::to_lower(name);
    return host == url.host || host == url.host + ":" + url.port;
  });
}

bool may_be_plain(const RegistryOptions& options, const HttpUrl& url) {
  return url.is_loopback() || is_named_insecure(options, url);
}

bool has_user(const HttpUrl& url) {
  const std::size_t begin = url.text.find("://") + 3;
  return url.text.substr(0, url.text.find_first_of("/?#", begin)).contains('@');
}

std::vector<Challenge> challenges_of(const HttpResponse& response) {
  std::vector<Challenge> all;
  for (const auto& [name, value] : response.headers)
    if (name == "www-authenticate")
      std::ranges::move(parse_challenges(value), std::back_inserter(all));
  return all;
}

const Challenge* find_scheme(const std::vector<Challenge>& challenges, std::string_view scheme) {
  const auto found = std::ranges::find(challenges, scheme, &Challenge::scheme);
  return found == challenges.end() ? nullptr : &*found;
}

std::string status_text(const HttpResponse& response) {
  const std::string codes = registry_error_codes(response.error_body);
  return "(HTTP " + std::to_string(response.status) + (codes.empty() ? "" : ", " + codes) + ")";
}

/// "manifests/1.27" -> "image library/nginx:1.27"
std::string thing_of(const std::string& path, const std::string& repository) {
  std::string_view rest = path;
  const std::string_view kind = base::take_until(rest, '/');
  const std::string name = base::printable(rest);
  if (kind == "blobs") return "blob " + name + " in " + repository;
  if (kind != "manifests") return base::printable(path) + " of " + repository;
  return "image " + repository + (name.contains(':') ? "@" : ":") + name;
}

} // namespace

HttpClientPool::Lease::Lease(HttpClientPool& pool) : pool_(&pool) {
  const std::lock_guard lock(pool.mutex_);
  if (pool.idle_.empty()) {
    client_ = std::make_unique<base::HttpClient>(pool.options_);
  } else {
    client_ = std::move(pool.idle_.back());
    pool.idle_.pop_back();
  }
}

HttpClientPool::Lease::~Lease() {
  const std::lock_guard lock(pool_->mutex_);
  if (pool_->idle_.size() < kIdleClients) pool_->idle_.push_back(std::move(client_));
}

RegistryEndpoint::RegistryEndpoint(Place place,
                                   const RegistryOptions& options,
                                   Connections connections)
    : place_(std::move(place)), options_(&options), pool_(connections.pool),
      stopped_(std::move(connections.stopped)), name_(place_.registry) {}

base::Result<std::unique_ptr<RegistryEndpoint>>
RegistryEndpoint::open(Place place, const RegistryOptions& options, Connections connections) {
  const bool mirror = !place.base_url.empty();
  const HttpUrl url =
      PQ_TRY(base::parse_http_url(mirror ? place.base_url : "https://" + place.host));
  if (has_user(url))
    return fail(Code::InvalidArgument,
                "the mirror " + url.printable() + " is named with a password; use docker login");
  if (url.scheme == "http" && !may_be_plain(options, url))
    return fail(Code::InvalidArgument,
                url.printable() + " would be spoken to by plain http; use https, or --insecure " +
                    host_of(url));
  if (mirror) place.registry = host_of(url);
  place.insecure = is_named_insecure(options, url);
  std::unique_ptr<RegistryEndpoint> endpoint(
      new RegistryEndpoint(std::move(place), options, std::move(connections)));
  endpoint->tls_ = PQ_TRY(
      load_certificates(options.certificates, mirror ? host_of(url) : endpoint->place_.host));
  endpoint->tls_.verify = !endpoint->place_.insecure;
  if (mirror || !may_be_plain(options, url)) endpoint->base_ = url;
  return endpoint;
}

/// Where plain http is allowed, https is still what is used if the server has it.
base::Result<HttpUrl> RegistryEndpoint::base_url() {
  const std::lock_guard lock(mutex_);
  if (base_) return *base_;
  HttpRequest probe;
  probe.url = "https://" + place_.host;
  probe.tls = tls_;
  const HttpClientPool::Lease client(*pool_);
  const bool secure = client->offers_tls(probe);
  base_ = PQ_TRY(base::parse_http_url((secure ? "https://" : "http://") + place_.host));
  return *base_;
}

base::Result<std::string> RegistryEndpoint::url_of(const std::string& path) {
  const HttpUrl base = PQ_TRY(base_url());
  if (path.starts_with('/') || path.contains("://")) { // where a page says that the list goes on
    const HttpUrl next = PQ_TRY(base::follow_redirect(base, path));
    if (!next.same_origin(base))
      return fail(Code::Network, name_ + " sends to another host for the rest of a list");
    return next.text;
  }
  std::string url = base.text;
  while (url.ends_with('/'))
    url.pop_back();
  return url + "/v2/" + place_.repository + "/" + path;
}

base::Result<HttpResponse> RegistryEndpoint::send(const EndpointRequest& request,
                                                  const std::string& url,
                                                  const std::string& authorization) {
  HttpRequest http;
  http.url = url;
  for (const std::string& type : request.accept)
    http.headers.emplace_back("Accept", type);
  if (!authorization.empty()) http.headers.emplace_back("Authorization", authorization);
  http.tls = tls_;
  http.immutable = request.immutable;
  http.have = request.have;
  http.total_timeout = request.total_timeout;
  http.limit = request.limit;
  http.sink = request.sink;
  http.restart = request.restart;
  http.cancelled = stopped_;
  const HttpClientPool::Lease client(*pool_);
  return client->send(http);
}

base::Result<HttpResponse> RegistryEndpoint::get(const EndpointRequest& request) {
  const std::string url = PQ_TRY(url_of(request.path));
  const HttpUrl origin = PQ_TRY(base::parse_http_url(url));
  EndpointRequest current = request;
  for (int logins = 0;; ++logins) {
    const std::string sent = authorization();
    HttpResponse response = PQ_TRY(send(current, url, sent));
    if (response.status >= 200 && response.status < 300) return response;
    const HttpUrl answered = PQ_TRY(base::parse_http_url(response.url));
    const bool foreign = !answered.same_origin(origin);
    if (response.status != 401 || foreign)
      return std::unexpected(refusal(request, response, foreign));
    if (logins == kLogins) return std::unexpected(login_refusal(response));
    const auto challenges = challenges_of(response);
    if (challenges.empty()) return std::unexpected(login_refusal(response));
    PQ_TRY(log_in(challenges, sent));
    if (current.immutable)
      current.have = response.size;
    else if (response.size > 0 && current.restart)
      PQ_TRY(current.restart());
  }
}

std::string RegistryEndpoint::authorization() {
  const std::lock_guard lock(mutex_);
  if (std::chrono::steady_clock::now() >= expires_) authorization_.clear();
  return authorization_;
}

const FoundCredentials& RegistryEndpoint::credentials() {
  if (!credentials_) {
    const RegistryCredentials store(
        options_->credential_files.value_or(RegistryCredentials::usual_files()));
    credentials_ = store.find(place_.registry, place_.repository);
  }
  return *credentials_;
}

base::Result<void> RegistryEndpoint::log_in(const std::vector<Challenge>& challenges,
                                            const std::string& used) {
  const std::lock_guard lock(mutex_);
  if (!authorization_.empty() && authorization_ != used) return {}; // another thread was faster
  const FoundCredentials& found = credentials();
  expires_ = std::chrono::steady_clock::time_point::max();
  if (found.credentials && !found.credentials->registry_token.empty() && used.empty()) {
    authorization_ = "Bearer " + found.credentials->registry_token;
    return {};
  }
  if (const Challenge* bearer = find_scheme(challenges, "bearer")) return fetch_token(*bearer);
  if (find_scheme(challenges, "basic") == nullptr)
    return fail(Code::Unsupported,
                name_ + " wants a login of a kind that is not known here (" +
                    base::printable(challenges.front().scheme) + ")");
  if (!found.credentials || found.credentials->user.empty() || !used.empty())
    return std::unexpected(login_refusal({}));
  authorization_ =
      "Basic " + base::to_base64(found.credentials->user + ":" + found.credentials->password);
  return {};
}

base::Result<HttpUrl> RegistryEndpoint::check_realm(const Challenge& bearer) {
  auto realm = base::parse_http_url(bearer.parameter("realm"));
  if (!realm || has_user(*realm))
    return fail(Code::Network, name_ + " names no usable token server");
  const auto refuse = [&](std::string_view why) {
    return fail(Code::Network,
                name_ + " wants the login sent to " + realm->printable() + ", " + std::string(why));
  };
  if (realm->scheme == "http" && (base_->scheme == "https" || !may_be_plain(*options_, *realm)))
    return refuse("by plain http, which is refused");
  if (realm->is_loopback() && !base_->is_loopback())
    return refuse("which is this machine; that is refused");
  return std::move(*realm);
}

base::Result<HttpRequest> RegistryEndpoint::token_request(const Challenge& bearer, bool posted) {
  const HttpUrl realm = PQ_TRY(check_realm(bearer));
  HttpRequest request;
  if (realm.same_origin(*base_)) {
    request.tls = tls_;
  } else {
    request.tls = PQ_TRY(load_certificates(options_->certificates, host_of(realm)));
    request.tls->further_authorities += tls_.further_authorities;
    request.tls->verify = !is_named_insecure(*options_, realm);
  }
  std::vector<std::pair<std::string, std::string>> parameters{
      {"service", std::string(bearer.parameter("service"))}};
  const std::string_view scope = bearer.parameter("scope");
  if (scope.empty()) parameters.emplace_back("scope", "repository:" + place_.repository + ":pull");
  const FoundCredentials& found = credentials();
  if (posted) {
    if (!scope.empty()) parameters.emplace_back("scope", scope);
    parameters.emplace_back("grant_type", "refresh_token");
    parameters.emplace_back("client_id", "portique");
    parameters.emplace_back("refresh_token", found.credentials->identity_token);
    request.method = base::HttpMethod::Post;
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.body = base::form_encoded(parameters);
    request.url = realm.text;
    return request;
  }
  if (!scope.empty())
    for (const std::string_view one : base::split(scope, ' '))
      parameters.emplace_back("scope", one);
  request.url = PQ_TRY(base::with_query(realm.text, parameters));
  if (found.credentials && !found.credentials->user.empty())
    request.headers.emplace_back(
        "Authorization",
        "Basic " + base::to_base64(found.credentials->user + ":" + found.credentials->password));
  return request;
}

base::Result<void> RegistryEndpoint::fetch_token(const Challenge& bearer) {
  const FoundCredentials& found = credentials();
  const bool posted = found.credentials && !found.credentials->identity_token.empty();
  HttpRequest request = PQ_TRY(token_request(bearer, posted));
  std::string answer;
  request.cancelled = stopped_;
  request.limit = options_->limits.token_bytes;
  request.total_timeout = kTokenTimeout;
  request.sink = [&](base::Bytes piece) -> base::Result<void> {
    answer += base::as_text(piece);
    return {};
  };
  request.restart = [&]() -> base::Result<void> {
    answer.clear();
    return {};
  };
  const auto sent_at = std::chrono::steady_clock::now();
  const HttpClientPool::Lease client(*pool_);
  const HttpResponse response = PQ_TRY(client->send(request));
  if (response.status == 400 || response.status == 401 || response.status == 403)
    return std::unexpected(login_refusal(response));
  const std::string server = PQ_TRY(base::parse_http_url(request.url)).printable();
  if (response.status < 200 || response.status >= 300)
    return fail(Code::Network, "the token server " + server + " fails " + status_text(response));
  TokenAnswer token = PQ_TRY(base::at("the token server " + server, parse_token_answer(answer)));
  authorization_ = "Bearer " + token.token;
  expires_ = sent_at + token.lifetime - kTokenMargin;
  return {};
}

/// Called with the mutex held, or after the last use of another thread's doing.
Error RegistryEndpoint::login_refusal(const HttpResponse& response) {
  const std::string status = response.status == 0 ? "" : " " + status_text(response);
  const std::string name = place_.registry + "/" + place_.repository;
  if (credentials_ && credentials_->credentials)
    return {Code::Network,
            name_ + " does not accept the login from " + credentials_->credentials->origin +
                " for " + name + status + "; try 'docker login " + place_.registry + "'"};
  std::string text = "there is no " + name + " at " + name_ + ", or it needs a login" + status +
                     ": 'docker login " + place_.registry + "'";
  if (credentials_ && !credentials_->problem.empty())
    text += " (" + base::printable(credentials_->problem) + ")";
  return {Code::Network, std::move(text)};
}

Error RegistryEndpoint::refusal(const EndpointRequest& request,
                                const HttpResponse& response,
                                bool foreign) {
  std::string who = name_;
  if (foreign) {
    const auto url = base::parse_http_url(response.url);
    who = (url ? url->host : std::string("a host")) + ", where " + name_ + " keeps its blobs,";
  }
  const std::string thing = thing_of(request.path, place_.repository);
  switch (response.status) {
  case 404:
  case 410:
    return {Code::NotFound, who + " has no " + thing + " " + status_text(response)};
  case 403:
    return {Code::Network, who + " does not give the " + thing + " " + status_text(response)};
  case 429:
    return {Code::Network,
            who + " is asked too often; a login may raise its limit " + status_text(response)};
  default:
    return {Code::Network, who + " fails to give the " + thing + " " + status_text(response)};
  }
}

} // namespace portique::image
