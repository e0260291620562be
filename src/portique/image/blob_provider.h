#pragma once

#include <optional>
#include <string_view>

#include "portique/base/fd.h"
#include "portique/base/result.h"

namespace portique::image {

/// Where the process outside the sandbox gets the blobs that the reader inside asks for. Whatever a
/// provider has (a folder, a registry, an engine), it presents as an OCI image layout:
/// "oci-layout", "index.json", "blobs/ALGORITHM/HEX". Thread-safe.
class BlobProvider {
public:
  BlobProvider() = default;
  virtual ~BlobProvider() = default;
  BlobProvider(const BlobProvider&) = delete;
  BlobProvider& operator=(const BlobProvider&) = delete;

  /// A regular file, or the read end of a pipe that is being filled. Code::NotFound if there is no
  /// blob of that name, Code::InvalidArgument for a name that no layout has.
  virtual base::Result<base::Fd> open_blob(std::string_view name) = 0;

  /// Why the pipe that was opened last for `name` ended early; nothing if it did not. Known before
  /// the reader can see the end of the pipe.
  virtual std::optional<base::Error> failure_of(std::string_view name) {
    static_cast<void>(name);
    return std::nullopt;
  }
};

} // namespace portique::image
