#pragma once

// Which distribution a root file system is of, by its packages alone: each distribution has one
// that carries its release.

#include <optional>
#include <span>

#include "portique/model/distro.h"
#include "portique/model/package.h"

namespace portique::scan {

struct GuessedDistro {
  model::Distro distro;
  std::string package; ///< what it was seen by: "base-files 12.4+deb12u5"
};

/// Nothing if no package tells. Packages that a later layer deleted count as all others.
std::optional<GuessedDistro> guess_distro(std::span<const model::Package> packages);

} // namespace portique::scan
