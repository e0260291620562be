#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Podfile.lock: every pod, a subspec as a package of its own.
Analysis analyze_podfile_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kPodfileLockEndings{"Podfile.lock"};

inline constexpr Cataloger kPodfileLock{
    .id = "podfile-lock",
    .version = 1,
    .files = "`Podfile.lock`",
    .gives = "pods and their subspecs with dependencies",
    .locations = {},
    .endings = kPodfileLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_podfile_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
