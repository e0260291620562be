#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// The lock file that the plug-in sbt-dependency-lock writes.
Analysis analyze_sbt_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kSbtLockEndings{"build.sbt.lock"};

inline constexpr Cataloger kSbtLock{
    .id = "sbt-lock",
    .version = 1,
    .files = "`build.sbt.lock`",
    .gives = "Maven packages with their scope and hashes",
    .locations = {},
    .endings = kSbtLockEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_sbt_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
