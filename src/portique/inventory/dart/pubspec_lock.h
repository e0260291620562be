#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// pubspec.lock: packages of hosts and repositories. Those in folders are the project's own, those
/// of an SDK have no version of their own: both are left out.
Analysis analyze_pubspec_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kPubspecLockEndings{"pubspec.lock"};

inline constexpr Cataloger kPubspecLock{
    .id = "pubspec-lock",
    .version = 1,
    .files = "`pubspec.lock`",
    .gives = "Dart packages with scope (as far as it tells) and hashes",
    .locations = {},
    .endings = kPubspecLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_pubspec_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
