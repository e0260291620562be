#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/ruby/gemfile_lock.h"
#include "portique/inventory/ruby/gemspec.h"

namespace portique::inventory {

inline constexpr std::array kRubyCatalogers{kGemspec, kGemfileLock};

} // namespace portique::inventory
