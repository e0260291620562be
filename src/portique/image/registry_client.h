#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/digest.h"
#include "portique/base/http_client.h"
#include "portique/base/result.h"
#include "portique/image/reference.h"
#include "portique/image/registry_endpoint.h"
#include "portique/image/registry_options.h"

namespace portique::image {

/// A manifest or index as the registry gave it; its digest is that of its bytes.
struct FetchedManifest {
  std::string bytes;
  std::string media_type; ///< the answer's Content-Type, without parameters
  base::Digest digest;
};

/// What a page of a list is: its document, and where the list goes on ("" if it ends).
struct FetchedPage {
  std::string bytes;
  std::string media_type;
  std::string next;
};

/// One repository of a registry, and the mirrors that are asked before it. Nothing is sent before
/// it is asked for something. Thread-safe.
class RegistryClient {
public:
  /// Refused with Code::InvalidArgument if the options say offline.
  static base::Result<std::unique_ptr<RegistryClient>> open(const Reference& reference,
                                                            RegistryOptions options);

  /// By tag or digest; a digest is verified. Code::Unsupported for Docker's schema 1.
  base::Result<FetchedManifest> manifest(std::string_view tag_or_digest);

  using Sink = std::function<base::Result<void>(base::Bytes)>;

  /// Gives the blob to `sink` piece by piece, not verified. A broken transfer is taken up where it
  /// broke, from the next mirror or the registry if need be: nothing is given twice.
  base::Result<void> stream_blob(const base::Digest& digest, const Sink& sink);

  /// The whole blob, verified. Code::LimitExceeded above `limit` bytes.
  base::Result<std::string> blob(const base::Digest& digest, std::uint64_t limit);

  /// A document that changes, at a path below the repository ("referrers/sha256:...") or where a
  /// page says that its list goes on. From the registry itself, not from mirrors.
  base::Result<FetchedPage> page(const std::string& path, std::vector<std::string> accept);

  /// Ends what is under way, from any thread: it fails within about a second.
  void stop();

  [[nodiscard]] const RegistryOptions& options() const { return options_; }

private:
  explicit RegistryClient(RegistryOptions options);

  base::Result<void> add_endpoints(const Reference& reference);
  base::Result<FetchedManifest> manifest_from(RegistryEndpoint& endpoint, std::string_view version);

  RegistryOptions options_;
  std::atomic<bool> stopped_ = false;
  std::mutex waiting_;
  std::condition_variable woken_;
  std::unique_ptr<HttpClientPool> pool_;
  std::vector<std::unique_ptr<RegistryEndpoint>> endpoints_; ///< mirrors first, the registry last
  std::atomic<std::size_t> first_ = 0; ///< the endpoint that gave the last manifest
};

} // namespace portique::image
