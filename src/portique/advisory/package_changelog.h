#pragma once

// The Debian changelog inside what an archive offers for a package: a source package's
// .debian.tar.*, .diff.gz or native tarball, or a binary package.

#include <filesystem>
#include <string>

#include "portique/base/limits.h"
#include "portique/base/result.h"

namespace portique::advisory {

/// The changelog's text. The kind is told by the file's first bytes. Code::NotFound if the file has
/// no changelog in it; Code::Malformed and others if it cannot be read.
base::Result<std::string> package_changelog(const std::filesystem::path& file,
                                            const base::Limits& limits);

} // namespace portique::advisory
