#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/swift/package_resolved.h"
#include "portique/inventory/swift/podfile_lock.h"

namespace portique::inventory {

inline constexpr std::array kSwiftCatalogers{
    kPackageResolved,
    kPodfileLock,
};

} // namespace portique::inventory
