#pragma once

// Which distribution an image is judged as. What it says of itself in os-release decides how its
// packages are matched, so whoever deletes or rewrites that file could make a scanner look at
// nothing, or at another distribution's advisories. Its packages tell otherwise.

#include <cstdint>
#include <span>
#include <vector>

#include "portique/model/distro.h"
#include "portique/model/finding.h"
#include "portique/model/package.h"

namespace portique::scan {

/// What a layer's os-release said.
struct DistroClaim {
  model::Distro distro;
  std::int32_t layer = model::kNoLayer;
  std::int32_t removed_in = model::kNoLayer; ///< the layer that deleted the file
};

struct SettledDistro {
  model::Distro distro;
  std::vector<model::Finding> findings;
};

/// `claims` are those of all layers, in any order. The last one that was not deleted counts unless
/// the packages contradict it: they are of the same distribution's other release, or of another
/// distribution that it does not say it is derived from. Without os-release packages of a
/// distribution are judged as a deleted os-release says, else as the packages tell.
SettledDistro settle_distro(std::span<const DistroClaim> claims,
                            std::span<const model::Package> packages);

} // namespace portique::scan
