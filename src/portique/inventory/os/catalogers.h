#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/os/apk_installed.h"
#include "portique/inventory/os/deb_copyright.h"
#include "portique/inventory/os/distro_fallback.h"
#include "portique/inventory/os/dpkg_files.h"
#include "portique/inventory/os/dpkg_status.h"
#include "portique/inventory/os/opkg_control.h"
#include "portique/inventory/os/opkg_files.h"
#include "portique/inventory/os/opkg_status.h"
#include "portique/inventory/os/os_release.h"
#include "portique/inventory/os/pacman_desc.h"
#include "portique/inventory/os/pacman_files.h"
#include "portique/inventory/os/portage_contents.h"
#include "portique/inventory/os/portage_licence.h"
#include "portique/inventory/os/rpm_bdb.h"
#include "portique/inventory/os/rpm_ndb.h"
#include "portique/inventory/os/rpm_sqlite.h"

namespace portique::inventory {

/// What distributions and their package managers write. Where several name the distribution, the
/// first of the table wins.
inline constexpr std::array kOsCatalogers{
    kOsRelease,
    kDistroFallback,
    kDpkgFiles, // before dpkg-status, which takes all of status.d
    kDpkgStatus,
    kDebCopyright,
    kApkInstalled,
    kRpmSqlite,
    kRpmNdb,
    kRpmBdb,
    kPacmanDesc,
    kPacmanFiles,
    kPortageContents,
    kPortageLicence,
    kOpkgStatus,
    kOpkgFiles,
    kOpkgControl,
};

} // namespace portique::inventory
