#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portique::inventory {

/// What a folder of portage's database is named after.
struct PortageFolder {
  std::string name;    ///< "app-containers/skopeo"
  std::string version; ///< "1.5.1-r2"
};

/// Of the path of a file in "CATEGORY/NAME-VERSION[-rREVISION]"; nothing if the folders are named
/// otherwise.
std::optional<PortageFolder> portage_folder(std::string_view path);

} // namespace portique::inventory
