// https://github.com/opencontainers/distribution-spec/blob/main/spec.md

#include "portique/image/registry_client.h"

#include <algorithm>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/image/registry_documents.h"

namespace portique::image {

using base::Code;
using base::fail;

namespace {

/// A manifest is a small document: who needs longer for it has stopped.
constexpr std::chrono::seconds kManifestTimeout{120};

const std::vector<std::string>& manifest_types() {
  static const std::vector<std::string> kTypes{
      "application/vnd.oci.image.index.v1+json",
      "application/vnd.oci.image.manifest.v1+json",
      "application/vnd.docker.distribution.manifest.list.v2+json",
      "application/vnd.docker.distribution.manifest.v2+json",
  };
  return kTypes;
}

std::string media_type_of(const base::HttpResponse& response) {
  std::string_view type = response.header("content-type");
  return base::to_lower(base::trim(base::take_until(type, ';')));
}

/// Collects a body in memory.
class Body {
public:
  void collect(EndpointRequest& request) {
    request.sink = [this](base::Bytes piece) -> base::Result<void> {
      bytes += base::as_text(piece);
      return {};
    };
    request.restart = [this]() -> base::Result<void> {
      bytes.clear();
      return {};
    };
  }

  std::string bytes;
};

base::Result<void> check_digest(std::string_view bytes, const base::Digest& expected) {
  const base::Digest seen = base::digest_of(base::as_bytes(bytes), expected.algorithm());
  if (seen == expected) return {};
  return fail(Code::DigestMismatch,
              "content should have the digest " + expected.text() + " but has " + seen.text());
}

struct Mirror {
  std::string registry; ///< whom it mirrors
  std::string url;
};

/// "URL" for Docker Hub or "HOST=URL".
Mirror parse_mirror(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::size_t scheme = text.find("://");
  std::string registry = "docker.io";
  std::string url = text;
  if (equals != std::string::npos && (scheme == std::string::npos || equals < scheme)) {
    registry = text.substr(0, equals);
    url = text.substr(equals + 1);
  }
  if (is_docker_hub(registry)) registry = "docker.io";
  if (!url.contains("://")) url.insert(0, "https://");
  return {std::move(registry), std::move(url)};
}

} // namespace

RegistryClient::RegistryClient(RegistryOptions options) : options_(std::move(options)) {
  if (!options_.http.wait)
    options_.http.wait = [this](std::chrono::milliseconds pause) {
      std::unique_lock lock(waiting_);
      woken_.wait_for(lock, pause, [this] { return stopped_.load(); });
    };
  pool_ = std::make_unique<HttpClientPool>(options_.http);
}

base::Result<std::unique_ptr<RegistryClient>> RegistryClient::open(const Reference& reference,
                                                                   RegistryOptions options) {
  if (options.offline)
    return fail(Code::InvalidArgument,
                reference.text() + " is in a registry, and --offline allows no network");
  std::unique_ptr<RegistryClient> client(new RegistryClient(std::move(options)));
  PQ_TRY(client->add_endpoints(reference));
  return client;
}

base::Result<void> RegistryClient::add_endpoints(const Reference& reference) {
  const auto add = [&](std::string url) -> base::Result<void> {
    endpoints_.push_back(
        PQ_TRY(RegistryEndpoint::open({.registry = reference.registry,
                                       .base_url = std::move(url),
                                       .host = reference.host(),
                                       .repository = reference.repository},
                                      options_,
                                      {pool_.get(), [this] { return stopped_.load(); }})));
    return {};
  };
  for (const std::string& text : options_.mirrors) {
    const Mirror mirror = parse_mirror(text);
    if (mirror.registry == reference.registry)
      PQ_TRY(base::at("--registry-mirror", add(mirror.url)));
  }
  if (reference.registry == "docker.io" && !options_.daemon_config.empty()) {
    const std::string place = options_.daemon_config.string();
    const auto content =
        base::read_file(options_.daemon_config, options_.limits.registry_config_bytes);
    if (content) {
      for (const std::string& url : PQ_TRY(base::at(place, parse_daemon_mirrors(*content))))
        PQ_TRY(base::at(place, add(url)));
    }
  }
  return add("");
}

base::Result<FetchedManifest> RegistryClient::manifest_from(RegistryEndpoint& endpoint,
                                                            std::string_view version) {
  EndpointRequest request;
  request.path = "manifests/" + std::string(version);
  request.accept = manifest_types();
  request.limit = options_.limits.manifest_bytes;
  request.total_timeout = kManifestTimeout;
  Body body;
  body.collect(request);
  const base::HttpResponse response = PQ_TRY(endpoint.get(request));
  FetchedManifest manifest;
  manifest.media_type = media_type_of(response);
  if (manifest.media_type.contains("docker.distribution.manifest.v1"))
    return fail(
        Code::Unsupported,
        endpoint.name() +
            " has this image only as Docker's manifest schema 1, which was retired; push it "
            "again with a newer engine");
  manifest.bytes = std::move(body.bytes);
  // What was asked for by digest must be it; what was asked for by tag must be what the registry
  // itself says that it is.
  auto expected = base::Digest::parse(version);
  if (!expected) expected = base::Digest::parse(response.header("docker-content-digest"));
  if (expected) PQ_TRY(base::at(endpoint.name(), check_digest(manifest.bytes, *expected)));
  manifest.digest = expected && version.contains(':')
                        ? *expected
                        : base::digest_of(base::as_bytes(manifest.bytes));
  return manifest;
}

base::Result<FetchedManifest> RegistryClient::manifest(std::string_view tag_or_digest) {
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    auto manifest = manifest_from(*endpoints_[i], tag_or_digest);
    if (manifest) first_ = i;
    if (manifest || i + 1 == endpoints_.size() || stopped_) return manifest;
  }
  return fail(Code::NotFound, "there is no registry to ask");
}

base::Result<void> RegistryClient::stream_blob(const base::Digest& digest, const Sink& sink) {
  EndpointRequest request;
  request.path = "blobs/" + digest.text();
  request.accept = {"*/*"};
  request.limit = options_.limits.layer_bytes;
  request.immutable = true;
  request.total_timeout = std::chrono::seconds(options_.limits.registry_seconds);
  bool refused = false;
  request.sink = [&](base::Bytes piece) -> base::Result<void> {
    auto taken = sink(piece);
    refused = !taken;
    if (taken) request.have += piece.size();
    return taken;
  };
  for (std::size_t i = first_; i < endpoints_.size(); ++i) {
    const auto response = endpoints_[i]->get(request);
    if (response) return {};
    if (i + 1 == endpoints_.size() || stopped_ || refused) return std::unexpected(response.error());
  }
  return fail(Code::NotFound, "there is no registry to ask");
}

base::Result<std::string> RegistryClient::blob(const base::Digest& digest, std::uint64_t limit) {
  std::string bytes;
  PQ_TRY(stream_blob(digest, [&](base::Bytes piece) -> base::Result<void> {
    if (piece.size() > limit - bytes.size())
      return fail(Code::LimitExceeded,
                  "the blob is larger than " + std::to_string(limit) + " bytes");
    bytes += base::as_text(piece);
    return {};
  }));
  PQ_TRY(check_digest(bytes, digest));
  return bytes;
}

base::Result<FetchedPage> RegistryClient::page(const std::string& path,
                                               std::vector<std::string> accept) {
  EndpointRequest request;
  request.path = path;
  request.accept = std::move(accept);
  request.limit = options_.limits.manifest_bytes;
  request.total_timeout = kManifestTimeout;
  Body body;
  body.collect(request);
  const base::HttpResponse response = PQ_TRY(endpoints_.back()->get(request));
  return FetchedPage{
      std::move(body.bytes), media_type_of(response), next_page(response.header("link"))};
}

void RegistryClient::stop() {
  {
    const std::lock_guard lock(waiting_);
    stopped_ = true;
  }
  woken_.notify_all();
}

} // namespace portique::image
