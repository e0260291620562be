#pragma once

#include <filesystem>
#include <string_view>

#include "portique/base/fd.h"
#include "portique/base/result.h"

namespace portique::image {

/// A folder with an OCI image layout, seen from outside the sandbox: it opens the files that the
/// layout specification names (oci-layout, index.json, blobs/ALGORITHM/HEX), below the folder only,
/// and no other, whatever the sandboxed reader asks for.
class LayoutFolder {
public:
  static base::Result<LayoutFolder> open(const std::filesystem::path& folder);

  /// Code::NotFound if there is no such file, Code::InvalidArgument for any other name.
  [[nodiscard]] base::Result<base::Fd> open_blob(std::string_view name) const;

private:
  explicit LayoutFolder(base::Fd folder) : folder_(std::move(folder)) {}

  base::Fd folder_;
};

} // namespace portique::image
