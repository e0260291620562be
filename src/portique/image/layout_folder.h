#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "portique/base/fd.h"
#include "portique/base/result.h"
#include "portique/image/blob_provider.h"

namespace portique::image {

/// A folder with an OCI image layout, seen from outside the sandbox: it opens the files that the
/// layout specification names (oci-layout, index.json, blobs/ALGORITHM/HEX), below the folder only,
/// and no other, whatever the sandboxed reader asks for.
class LayoutFolder : public BlobProvider {
public:
  static base::Result<std::unique_ptr<LayoutFolder>> open(const std::filesystem::path& folder);

  base::Result<base::Fd> open_blob(std::string_view name) override;

private:
  explicit LayoutFolder(base::Fd folder) : folder_(std::move(folder)) {}

  base::Fd folder_;
};

} // namespace portique::image
