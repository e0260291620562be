#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// stack.yaml.lock: what is taken beside the snapshot, which names the other packages.
Analysis analyze_stack_lock(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kStackLockEndings{"stack.yaml.lock"};

inline constexpr Cataloger kStackLock{
    .id = "stack-lock",
    .version = 1,
    .files = "`stack.yaml.lock`",
    .gives = "Haskell packages beside those of the snapshot",
    .locations = {},
    .endings = kStackLockEndings,
    .size_limit = &base::Limits::lock_file_bytes,
    .analyze = analyze_stack_lock,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
