#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/fd.h"
#include "portique/base/result.h"
#include "portique/image/blob_provider.h"
#include "portique/image/pipe_feed.h"
#include "portique/image/reference.h"
#include "portique/image/registry_client.h"

namespace portique::image {

/// An image in a registry, presented as an OCI layout whose index.json names the one manifest or
/// index that the reference leads to. A layer is downloaded while it is read: a thread writes it
/// into a pipe as fast as the reader takes it, and stops when the reader closes its end. No layer
/// is kept. Nothing here looks into a manifest: the reader does, and verifies every digest.
class RegistryImage : public BlobProvider {
public:
  /// Resolves the reference.
  static base::Result<std::unique_ptr<RegistryImage>> open(const Reference& reference,
                                                           RegistryOptions options);

  /// Stops all downloads and waits for their threads.
  ~RegistryImage() override;

  /// index.json and manifests come whole, blobs by a pipe.
  base::Result<base::Fd> open_blob(std::string_view name) override;

  std::optional<base::Error> failure_of(std::string_view name) override;

  /// What the reference leads to: an image's manifest, or an index.
  [[nodiscard]] const base::Digest& digest() const { return root_.digest; }

  [[nodiscard]] const std::string& media_type() const { return root_.media_type; }

  /// For what else the repository holds: attestations, signatures.
  [[nodiscard]] RegistryClient& client() { return *client_; }

private:
  /// What the reader can be expected to ask for next.
  enum class Next : std::uint8_t { Manifest, Blob, Either };

  struct Download {
    std::atomic<bool> ended = false;
    std::unique_ptr<PipeFeed> feed; ///< goes first: its thread uses what is above
  };

  RegistryImage(Reference reference, std::unique_ptr<RegistryClient> client, FetchedManifest root);

  [[nodiscard]] std::string index_json() const;
  base::Result<base::Fd> open_manifest(const base::Digest& digest);
  base::Result<base::Fd> start_download(const base::Digest& digest);
  base::Result<void> download(const base::Digest& digest, const ByteSink& sink);

  Reference reference_;
  std::unique_ptr<RegistryClient> client_;
  FetchedManifest root_;

  std::mutex mutex_; ///< guards what follows
  Next next_ = Next::Manifest;
  std::uint64_t opened_ = 0;
  std::map<std::string, base::Error, std::less<>> failures_; ///< by digest
  std::vector<std::unique_ptr<Download>> downloads_;
};

} // namespace portique::image
