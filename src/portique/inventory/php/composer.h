#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// What Composer has installed: vendor/composer/installed.json of the versions 1 and 2.
Analysis analyze_composer_installed(const FileContent& file, const base::Limits& limits);

/// composer.lock: "packages", and "packages-dev" for development.
Analysis analyze_composer_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kComposerInstalledEndings{
    "composer/installed.json"};
inline constexpr std::array<std::string_view, 1> kComposerLockEndings{"composer.lock"};

inline constexpr Cataloger kComposerInstalled{
    .id = "composer-installed",
    .version = 1,
    .files = "`vendor/composer/installed.json`",
    .gives = "installed PHP packages with scope, licences and dependencies",
    .locations = {},
    .endings = kComposerInstalledEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_composer_installed,
};

inline constexpr Cataloger kComposerLock{
    .id = "composer-lock",
    .version = 1,
    .files = "`composer.lock`",
    .gives = "PHP packages with scope, licences and dependencies",
    .locations = {},
    .endings = kComposerLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_composer_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
