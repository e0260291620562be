#pragma once

#include <cstddef>
#include <string>

#include "portique/base/result.h"

namespace portique::base {

/// So many bytes from the kernel's generator, as hexadecimal digits: a word that nobody can guess.
Result<std::string> random_word(std::size_t bytes);

} // namespace portique::base
