#pragma once

#include <string_view>

namespace portique::report {

/// The SPDX identifier as the list writes it, in any letter case; "" if it is none. Deprecated
/// identifiers of the GNU licences become those that replaced them.
std::string_view spdx_licence_id(std::string_view text);

/// Likewise for what may stand behind WITH.
std::string_view spdx_exception_id(std::string_view text);

/// The SPDX expression of a licence by a name that people use for it: "expat" -> "MIT", "perl" ->
/// "Artistic-1.0-Perl OR GPL-1.0-or-later"; "" if it is not known.
std::string_view spdx_expression_of_name(std::string_view name);

/// The SPDX exception of a name: "autoconf exception"; "" if it is not known.
std::string_view spdx_exception_of_name(std::string_view name);

} // namespace portique::report
