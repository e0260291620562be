#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Gradle's lock files of one project and of its build scripts. What only tests, annotation
/// processors and checkers use, or a build script, is for development.
Analysis analyze_gradle_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 3> kGradleLockEndings{
    "gradle.lockfile",
    "buildscript-gradle.lockfile",
    "gradle/dependency-locks/*.lockfile",
};

inline constexpr Cataloger kGradleLock{
    .id = "gradle-lock",
    .version = 1,
    .files = "`gradle.lockfile`, `buildscript-gradle.lockfile`, "
             "`gradle/dependency-locks/*.lockfile`",
    .gives = "Maven packages with their scope",
    .locations = {},
    .endings = kGradleLockEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_gradle_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
