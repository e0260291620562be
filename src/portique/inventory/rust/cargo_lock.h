#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Cargo.lock of the versions 1 to 4: every crate that comes from a registry or a repository, with
/// its hash and its dependencies. Crates of the workspace itself, which have no source, are left
/// out.
Analysis analyze_cargo_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kCargoLockEndings{"Cargo.lock"};

inline constexpr Cataloger kCargoLock{
    .id = "cargo-lock",
    .version = 1,
    .files = "`Cargo.lock` (v1 to v4)",
    .gives = "Rust crates with hashes and dependencies",
    .locations = {},
    .endings = kCargoLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_cargo_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
