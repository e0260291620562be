#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/javascript/bun_lock.h"
#include "portique/inventory/javascript/npm_installed.h"
#include "portique/inventory/javascript/npm_lock.h"
#include "portique/inventory/javascript/pnpm_lock.h"
#include "portique/inventory/javascript/yarn_cache.h"
#include "portique/inventory/javascript/yarn_lock.h"

namespace portique::inventory {

/// What npm, yarn, pnpm and bun write.
inline constexpr std::array kJavascriptCatalogers{
    kNpmInstalled,
    kYarnCache,
    kNpmLock,
    kYarnLock,
    kPnpmLock,
    kBunLock,
};

} // namespace portique::inventory
