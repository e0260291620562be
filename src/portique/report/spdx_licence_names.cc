// Debian: machine-readable copyright files, short names (DEP 5), and /usr/share/common-licenses.
// Fedora: the names that its packages had before they took SPDX identifiers. Others: names in
// package metadata of language ecosystems.

#include "portique/report/spdx_licence_names.h"

#include <algorithm>
#include <array>
#include <string>

#include "portique/base/text.h"
#include "portique/report/spdx_licence_ids.h"

namespace portique::report {

namespace {

struct Name {
  std::string_view name; ///< in lower case
  std::string_view spdx;
};

constexpr std::array kNames{
    // Debian
    Name{"apache", "Apache-2.0"},
    Name{"artistic", "Artistic-1.0-Perl"},
    Name{"bsd-2-clause-netbsd", "BSD-2-Clause"},
    Name{"bsd-3", "BSD-3-Clause"},
    Name{"bsd-2", "BSD-2-Clause"},
    Name{"bsd-3clause", "BSD-3-Clause"},
    Name{"bsd-2clause", "BSD-2-Clause"},
    Name{"bsd-4", "BSD-4-Clause"},
    Name{"bsd3", "BSD-3-Clause"},
    Name{"bsl", "BSL-1.0"},
    Name{"cc0", "CC0-1.0"},
    Name{"expat", "MIT"},
    Name{"mit/x11", "MIT"},
    Name{"mit/expat", "MIT"},
    Name{"perl", "Artistic-1.0-Perl OR GPL-1.0-or-later"},
    Name{"python", "Python-2.0"},
    Name{"psf", "PSF-2.0"},
    Name{"psf-2", "PSF-2.0"},
    Name{"qpl", "QPL-1.0"},
    Name{"zope", "ZPL-2.1"},

    // Fedora
    Name{"asl 1.1", "Apache-1.1"},
    Name{"asl 2.0", "Apache-2.0"},
    Name{"artistic 2.0", "Artistic-2.0"},
    Name{"artistic clarified", "ClArtistic"},
    Name{"boost", "BSL-1.0"},
    Name{"bsd with advertising", "BSD-4-Clause"},
    Name{"cddl", "CDDL-1.0"},
    Name{"cecill", "CECILL-2.0"},
    Name{"cpl", "CPL-1.0"},
    Name{"epl", "EPL-1.0"},
    Name{"ftl", "FTL"},
    Name{"hsrl", "HPND"},
    Name{"lppl", "LPPL-1.3a"},
    Name{"mplv1.0", "MPL-1.0"},
    Name{"mplv1.1", "MPL-1.1"},
    Name{"mplv2.0", "MPL-2.0"},
    Name{"ofl", "OFL-1.1"},
    Name{"openldap", "OLDAP-2.8"},
    Name{"php", "PHP-3.01"},
    Name{"unicode", "Unicode-DFS-2015"},
    Name{"zplv2.0", "ZPL-2.0"},
    Name{"zplv2.1", "ZPL-2.1"},

    // names in full
    Name{"apache 2", "Apache-2.0"},
    Name{"apache 2.0", "Apache-2.0"},
    Name{"apache-2", "Apache-2.0"},
    Name{"apache2", "Apache-2.0"},
    Name{"apache license", "Apache-2.0"},
    Name{"apache license 2", "Apache-2.0"},
    Name{"apache license 2.0", "Apache-2.0"},
    Name{"apache license v2", "Apache-2.0"},
    Name{"apache license v2.0", "Apache-2.0"},
    Name{"apache license version 2.0", "Apache-2.0"},
    Name{"apache license, 2.0", "Apache-2.0"},
    Name{"apache license, version 2.0", "Apache-2.0"},
    Name{"apache software license", "Apache-2.0"},
    Name{"apache software license 2.0", "Apache-2.0"},
    Name{"apache software license version 2.0", "Apache-2.0"},
    Name{"apache software license, version 2.0", "Apache-2.0"},
    Name{"apache v2", "Apache-2.0"},
    Name{"the apache license, version 2.0", "Apache-2.0"},
    Name{"the apache software license, version 2.0", "Apache-2.0"},
    Name{"asf 2.0", "Apache-2.0"},
    Name{"bsd 2-clause", "BSD-2-Clause"},
    Name{"bsd 2-clause license", "BSD-2-Clause"},
    Name{"simplified bsd", "BSD-2-Clause"},
    Name{"simplified bsd license", "BSD-2-Clause"},
    Name{"bsd 3-clause", "BSD-3-Clause"},
    Name{"bsd 3-clause license", "BSD-3-Clause"},
    Name{"bsd-3-clause license", "BSD-3-Clause"},
    Name{"3-clause bsd", "BSD-3-Clause"},
    Name{"3-clause bsd license", "BSD-3-Clause"},
    Name{"modified bsd", "BSD-3-Clause"},
    Name{"modified bsd license", "BSD-3-Clause"},
    Name{"new bsd", "BSD-3-Clause"},
    Name{"new bsd license", "BSD-3-Clause"},
    Name{"the bsd 3-clause license", "BSD-3-Clause"},
    Name{"the new bsd license", "BSD-3-Clause"},
    Name{"edl 1.0", "BSD-3-Clause"},
    Name{"eclipse distribution license - v 1.0", "BSD-3-Clause"},
    Name{"boost software license 1.0", "BSL-1.0"},
    Name{"boost software license, version 1.0", "BSL-1.0"},
    Name{"cc0 1.0 universal", "CC0-1.0"},
    Name{"eclipse public license - v 1.0", "EPL-1.0"},
    Name{"eclipse public license 1.0", "EPL-1.0"},
    Name{"eclipse public license v1.0", "EPL-1.0"},
    Name{"epl 1.0", "EPL-1.0"},
    Name{"eclipse public license - v 2.0", "EPL-2.0"},
    Name{"eclipse public license 2.0", "EPL-2.0"},
    Name{"eclipse public license v. 2.0", "EPL-2.0"},
    Name{"eclipse public license v2.0", "EPL-2.0"},
    Name{"epl 2.0", "EPL-2.0"},
    Name{"isc license", "ISC"},
    Name{"isc license (iscl)", "ISC"},
    Name{"mit licence", "MIT"},
    Name{"mit license", "MIT"},
    Name{"mit/x11 license", "MIT"},
    Name{"mit-license", "MIT"},
    Name{"the mit license", "MIT"},
    Name{"the mit license (mit)", "MIT"},
    Name{"mozilla public license 1.1", "MPL-1.1"},
    Name{"mozilla public license 2.0", "MPL-2.0"},
    Name{"mozilla public license 2.0 (mpl 2.0)", "MPL-2.0"},
    Name{"mozilla public license version 2.0", "MPL-2.0"},
    Name{"mozilla public license, version 2.0", "MPL-2.0"},
    Name{"mpl 1.1", "MPL-1.1"},
    Name{"mpl 2.0", "MPL-2.0"},
    Name{"python software foundation license", "PSF-2.0"},
    Name{"the unlicense", "Unlicense"},
    Name{"the unlicense (unlicense)", "Unlicense"},
    Name{"zlib license", "Zlib"},
    Name{"zlib/libpng", "Zlib"},
    Name{"zope public license 2.1", "ZPL-2.1"},
};

constexpr std::array kExceptionNames{
    Name{"autoconf exception", "Autoconf-exception-generic"},
    Name{"autoconf-exception", "Autoconf-exception-generic"},
    Name{"bison exception", "Bison-exception-2.2"},
    Name{"bison-exception", "Bison-exception-2.2"},
    Name{"classpath exception", "Classpath-exception-2.0"},
    Name{"classpath-exception", "Classpath-exception-2.0"},
    Name{"font exception", "Font-exception-2.0"},
    Name{"font-exception", "Font-exception-2.0"},
    Name{"gcc exception", "GCC-exception-3.1"},
    Name{"gcc-exception", "GCC-exception-3.1"},
    Name{"libtool exception", "Libtool-exception"},
    Name{"libtool-exception", "Libtool-exception"},
    Name{"llvm exception", "LLVM-exception"},
    Name{"llvm exceptions", "LLVM-exception"},
    Name{"llvm-exceptions", "LLVM-exception"},
    Name{"linux syscall note", "Linux-syscall-note"},
    Name{"texinfo exception", "Texinfo-exception"},
};

template <typename List> std::string_view look_up(const List& list, std::string_view text) {
  const auto less = [](std::string_view a, std::string_view b) {
    return base::to_lower(a) < base::to_lower(b);
  };
  const auto found = std::ranges::lower_bound(list, text, less);
  return found != list.end() && base::equals_ignore_case(*found, text) ? *found
                                                                       : std::string_view{};
}

template <typename List> std::string_view look_up_name(const List& list, std::string_view text) {
  const std::string lower = base::to_lower(text);
  const auto found = std::ranges::find(list, lower, &Name::name);
  return found == list.end() ? std::string_view{} : found->spdx;
}

} // namespace

std::string_view spdx_licence_id(std::string_view text) {
  return look_up(kSpdxLicences, text);
}

std::string_view spdx_exception_id(std::string_view text) {
  return look_up(kSpdxExceptions, text);
}

std::string_view spdx_expression_of_name(std::string_view name) {
  return look_up_name(kNames, name);
}

std::string_view spdx_exception_of_name(std::string_view name) {
  return look_up_name(kExceptionNames, name);
}

} // namespace portique::report
