// The engine API: docs.docker.com/reference/api/engine. Only GET and HEAD are used: nothing here
// changes anything in the engine. The version of the API is the engine's own, up to the newest one
// that this was written against; older and newer ones answer these requests alike.

#include "portique/image/docker_engine.h"

#include <algorithm>
#include <cstdlib>

#include "portique/base/text.h"
#include "portique/image/engine_socket.h"

namespace portique::image {

using base::Code;
using base::fail;

namespace {

/// A version of the API: 1.MINOR.
constexpr unsigned kNewestMinor = 51;
/// Engines older than Docker 1.12 (2016), which had no /_ping with a version, are not spoken to.
constexpr unsigned kOldestMinor = 24;

/// Docker writes an image to its own disk before the first byte of an archive comes.
constexpr std::chrono::seconds kArchivePatience{600};
constexpr std::chrono::seconds kDocumentPatience{60};

/// "1.41" -> 41.
std::optional<unsigned> minor_version(std::string_view version) {
  if (base::take_until(version, '.') != "1") return std::nullopt;
  return base::parse_int<unsigned>(version);
}

bool is_unreserved(char c) {
  return base::is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/// Percent-encoded for a URL's path or query.
std::string encoded(std::string_view text, std::string_view also_plain) {
  std::string result;
  for (const char c : text) {
    if (is_unreserved(c) || also_plain.contains(c))
      result += c;
    else
      result += "%" + base::to_hex(std::string_view(&c, 1));
  }
  return result;
}

/// A name as part of a request's path. What engines call images and containers has no blanks, no
/// empty and no dotted components; anything else could turn into another request.
base::Result<std::string> checked_name(std::string_view name, std::string_view what) {
  const auto is_taken = [](char c) {
    return base::is_alnum(c) || std::string_view("._-/:@+").contains(c);
  };
  const auto parts = base::split(name, '/');
  const bool good = !name.empty() && name.size() <= 1024 && base::is_alnum(name.front()) &&
                    std::ranges::all_of(name, is_taken) &&
                    std::ranges::none_of(parts, [](std::string_view part) {
                      return part.empty() || part == "." || part == "..";
                    });
  if (!good)
    return fail(Code::InvalidArgument,
                "'" + base::printable(name.substr(0, 200)) + "' is no name of " +
                    std::string(what));
  return encoded(name, "/:@");
}

} // namespace

base::Result<DockerEngine>
DockerEngine::connect(std::string product, EngineEndpoint endpoint, const base::Limits& limits) {
  DockerEngine engine(std::move(product), std::move(endpoint), limits);
  PQ_TRY(engine.negotiate());
  return engine;
}

base::Result<DockerEngine> DockerEngine::docker(const base::Limits& limits) {
  return connect("Docker", PQ_TRY(docker_endpoint(limits)), limits);
}

base::Result<DockerEngine> DockerEngine::podman(const base::Limits& limits, Podman how) {
  EngineEndpoint endpoint = PQ_TRY(podman_endpoint());
  std::error_code error;
  const bool is_missing =
      endpoint.chosen_by.empty() && !std::filesystem::exists(endpoint.unix_socket, error);
  if (how == Podman::AsItIs || !is_missing) return connect("podman", std::move(endpoint), limits);
  auto service = PQ_TRY(PodmanService::start());
  endpoint = PQ_TRY(parse_engine_address("unix://" + service->socket().string(), {}));
  DockerEngine engine = PQ_TRY(connect("podman", std::move(endpoint), limits));
  engine.service_ = std::move(service);
  return engine;
}

base::HttpOptions DockerEngine::http_options() const {
  base::HttpOptions options;
  options.unix_socket = endpoint_.unix_socket;
  options.tls = endpoint_.tls;
  options.connect_timeout = std::chrono::seconds(10);
  options.retries = 0;
  options.redirects = 0;
  return options;
}

base::Error DockerEngine::unreachable(const base::Error& seen) const {
  const std::string& address = endpoint_.address;
  std::string sentence = product_ + " cannot be reached at " + base::printable(address);
  if (!endpoint_.chosen_by.empty()) sentence += " (from " + endpoint_.chosen_by + ")";
  auto error = endpoint_.unix_socket.empty() ? std::nullopt
                                             : unreachable_socket(sentence, endpoint_.unix_socket);
  // Where somebody said that an engine is, it has to be.
  if (error && !endpoint_.chosen_by.empty()) return {Code::Network, error->message()};
  if (error) return *std::move(error);
  return {seen.code(), sentence + ": " + seen.message()};
}

base::Error DockerEngine::refusal(const base::HttpResponse& response, std::string_view what) const {
  if (response.status == 404) return {Code::NotFound, product_ + " has no " + std::string(what)};
  std::string sentence = product_ + " does not give the " + std::string(what) + ": ";
  const std::string reason = parse_engine_error(response.error_body);
  sentence += reason.empty() ? "it answered HTTP " + std::to_string(response.status) : reason;
  return {Code::Network, std::move(sentence)};
}

base::Result<base::HttpResponse> DockerEngine::send(base::HttpRequest request,
                                                    std::string_view path,
                                                    std::chrono::seconds patience) const {
  request.url = endpoint_.origin + version_ + std::string(path);
  base::HttpOptions options = http_options();
  options.stall_timeout = patience;
  auto response = base::HttpClient(std::move(options)).send(request);
  if (response) return response;
  const Code code = response.error().code();
  // The sink's own errors and limits say what they mean.
  if (code == Code::Network || code == Code::Timeout)
    return std::unexpected(unreachable(response.error()));
  if (code == Code::Truncated)
    return fail(Code::Truncated, product_ + " broke off in the middle of its answer");
  return response;
}

base::Result<void> DockerEngine::negotiate() {
  base::HttpRequest request;
  request.method = base::HttpMethod::Get;
  request.limit = 1024;
  const base::HttpResponse pong = PQ_TRY(send(std::move(request), "/_ping", kDocumentPatience));
  const auto offered = minor_version(pong.header("api-version"));
  if (pong.status != 200 || !offered)
    return fail(
        Code::Network,
        "what listens at " + base::printable(endpoint_.address) +
            " does not speak the API of Docker" +
            (pong.status == 200 ? std::string() : " (HTTP " + std::to_string(pong.status) + ")"));
  if (*offered < kOldestMinor)
    return fail(Code::Unsupported,
                product_ + " speaks version 1." + std::to_string(*offered) + " of its API; 1." +
                    std::to_string(kOldestMinor) + " is needed at least");
  unsigned minor = std::min(*offered, kNewestMinor);
  if (const char* wanted = std::getenv("DOCKER_API_VERSION");
      wanted != nullptr && *wanted != '\0') {
    const auto version = minor_version(wanted);
    if (!version)
      return fail(Code::InvalidArgument,
                  "DOCKER_API_VERSION is '" + base::printable(wanted) +
                      "'; it takes the form 1.41");
    minor = *version;
  }
  version_ = "/v1." + std::to_string(minor);
  return {};
}

base::Result<std::string> DockerEngine::get_document(std::string_view path,
                                                     std::string_view what) const {
  std::string document;
  base::HttpRequest request;
  request.limit = limits_.engine_answer_bytes;
  request.sink = [&](base::Bytes piece) -> base::Result<void> {
    document += base::as_text(piece);
    return {};
  };
  const base::HttpResponse response = PQ_TRY(send(std::move(request), path, kDocumentPatience));
  if (response.status != 200) return std::unexpected(refusal(response, what));
  return document;
}

base::Result<EngineImage> DockerEngine::inspect_image(std::string_view name) const {
  const std::string path = "/images/" + PQ_TRY(checked_name(name, "an image")) + "/json";
  const std::string what = "image " + std::string(name);
  const std::string document = PQ_TRY(get_document(path, what));
  return base::at(product_ + "'s answer", parse_engine_image(document, limits_));
}

base::Result<std::vector<EngineImage>> DockerEngine::list_images() const {
  const std::string document = PQ_TRY(get_document("/images/json", "list of images"));
  return base::at(product_ + "'s answer", parse_engine_images(document));
}

base::Result<EngineContainer> DockerEngine::inspect_container(std::string_view name) const {
  const std::string path = "/containers/" + PQ_TRY(checked_name(name, "a container")) + "/json";
  const std::string document = PQ_TRY(get_document(path, "container " + std::string(name)));
  return base::at(product_ + "'s answer", parse_engine_container(document));
}

base::Result<std::vector<model::PathChange>>
DockerEngine::changes(const EngineContainer& container) const {
  const std::string path = "/containers/" + container.id + "/changes";
  const std::string document = PQ_TRY(get_document(path, "changes of the container"));
  return base::at(product_ + "'s answer", parse_path_changes(document, limits_));
}

Feed DockerEngine::feed(std::string path, std::string what) const {
  return [engine = *this, path = std::move(path), what = std::move(what)](
             const ByteSink& sink, const Cancelled& cancelled) -> base::Result<void> {
    base::HttpRequest request;
    request.limit = engine.limits_.layer_bytes;
    request.cancelled = cancelled;
    request.sink = sink;
    const base::HttpResponse response =
        PQ_TRY(engine.send(std::move(request), path, kArchivePatience));
    if (response.status != 200) return std::unexpected(engine.refusal(response, what));
    return {};
  };
}

Feed DockerEngine::save_image(const base::Digest& id) const {
  return feed("/images/" + id.text() + "/get", "image " + id.text());
}

Feed DockerEngine::save_container(const EngineContainer& container) const {
  return feed("/containers/" + container.id + "/export", "content of the container");
}

} // namespace portique::image
