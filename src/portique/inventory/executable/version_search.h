#pragma once

// Searches a file's bytes for the version that a program carries.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/inventory/file_content.h"

namespace portique::inventory {

/// One way to find the version.
struct VersionPattern {
  /// Bytes that stand within 1 KiB of every match; "" searches everything, which is slow.
  std::string_view needle;
  /// RE2 over bytes (Latin-1), its first group is the version. A match has at most 1 KiB, so
  /// counted repetitions have small bounds. "{name}" stands for the version in the file's name.
  std::string_view pattern;
};

struct VersionSearch {
  std::span<const VersionPattern> patterns; ///< the surest first
  std::string_view name_version;            ///< what "{name}" stands for; "" for nothing
  std::string_view proof; ///< bytes that must be in the file, at most 1 KiB; "" for none
};

/// Finds the version by the first pattern that matches anywhere in the file. Takes time linear in
/// the size of the file and memory for one window of it. Patterns with "{name}" are passed over if
/// there is nothing that it stands for.
base::Result<std::optional<std::string>> find_version(const FileContent& file,
                                                      const VersionSearch& search);

} // namespace portique::inventory
