#pragma once

// Images that containerd keeps, for whoever uses it without Docker: Kubernetes, nerdctl, ctr. Which
// images there are is asked of containerd's own program `ctr`; their blobs are files of its content
// store and are read in place.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/digest.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/image/blob_provider.h"

namespace portique::image {

struct ContainerdImage {
  std::string space; ///< the name space it is in: "k8s.io"
  std::string name;  ///< "docker.io/library/alpine:3.11"
  std::string media_type;
  base::Digest digest; ///< of its manifest or index

  friend bool operator==(const ContainerdImage&, const ContainerdImage&) = default;
};

/// The lines that `ctr images ls` writes. Lines that are none of an image are left out.
std::vector<ContainerdImage> parse_containerd_images(std::string_view table,
                                                     std::string_view space);

/// Where the content store is, out of what `ctr plugins ls -d` writes; "" if it does not say.
std::string parse_content_root(std::string_view plugins);

class ContainerdStore {
public:
  /// The socket that CONTAINERD_ADDRESS names, else the usual ones of containerd, k3s, microk8s and
  /// Docker. Code::NotFound if there is none, or no `ctr`; Code::Network if it does not answer.
  static base::Result<ContainerdStore> connect(const base::Limits& limits);
  static base::Result<ContainerdStore> connect(const std::filesystem::path& socket,
                                               const base::Limits& limits);

  /// Of every name space (CONTAINERD_NAMESPACE: of that alone), the usual ones first.
  [[nodiscard]] base::Result<std::vector<ContainerdImage>> list_images() const;

  /// By its full name, by a name as Docker's users write it ("alpine:3.11"), by its digest, or by
  /// NAME@DIGEST. Code::NotFound.
  [[nodiscard]] base::Result<ContainerdImage> find_image(std::string_view name) const;

  /// The image as a layout of its own.
  [[nodiscard]] base::Result<std::unique_ptr<BlobProvider>>
  open_image(const ContainerdImage& image) const;

private:
  ContainerdStore(std::filesystem::path socket, const base::Limits& limits)
      : socket_(std::move(socket)), limits_(limits) {}

  [[nodiscard]] base::Result<std::string> run(std::vector<std::string> arguments) const;
  [[nodiscard]] base::Result<std::vector<std::string>> name_spaces() const;

  std::filesystem::path socket_;
  base::Limits limits_;
};

} // namespace portique::image
