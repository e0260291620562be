#pragma once

// Style and script of the HTML report. Both stand inside the page, and the page's own policy lets
// nothing else in: it names their digests.

#include <string_view>

namespace portique::report {

std::string_view html_style();
std::string_view html_script();

} // namespace portique::report
