#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// The dependencies that a Maven project file names with one version. The version of others stands
/// in a parent or an imported list, which are other files: they are left out.
Analysis analyze_pom_xml(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kPomXmlEndings{"pom.xml"};

inline constexpr Cataloger kPomXml{
    .id = "pom-xml",
    .version = 1,
    .files = "`pom.xml`",
    .gives = "Maven dependencies with their scope, whose version the file tells",
    .locations = {},
    .endings = kPomXmlEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_pom_xml,
    .evidence = Evidence::Declared,
};

} // namespace portique::inventory
