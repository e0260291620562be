#pragma once

#include <string>

#include "portique/base/fd.h"
#include "portique/base/result.h"

namespace portique::image {

/// Opens a path below a folder, every symbolic link resolved by the kernel as if the folder were
/// the root (openat2, RESOLVE_IN_ROOT). An invalid Fd if it leads nowhere.
base::Result<base::Fd> open_below(const base::Fd& folder, const std::string& path, int flags);

/// A folder to open below of.
base::Result<base::Fd> open_folder(const std::string& path);

} // namespace portique::image
