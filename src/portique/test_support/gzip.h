#pragma once

#include <string>
#include <string_view>

namespace portique::test_support {

/// One gzip member that holds `bytes`.
std::string gzip(std::string_view bytes);

} // namespace portique::test_support
