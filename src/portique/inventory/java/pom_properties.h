#pragma once

#include <array>
#include <string_view>

#include "portique/base/result.h"
#include "portique/inventory/cataloger.h"
#include "portique/inventory/java/maven_identity.h"

namespace portique::inventory {

/// The coordinates that Maven writes into every archive it builds; what a build left unresolved is
/// "".
MavenCoordinates read_pom_properties(std::string_view text);

/// pom.properties of an archive that was unpacked, as servlet containers do with a war.
Analysis analyze_pom_properties(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kPomPropertiesEndings{
    "META-INF/maven/*/*/pom.properties"};

inline constexpr Cataloger kPomProperties{
    .id = "pom-properties",
    .version = 1,
    .files = "`META-INF/maven/*/*/pom.properties` of unpacked archives",
    .gives = "Maven packages",
    .locations = {},
    .endings = kPomPropertiesEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_pom_properties,
};

} // namespace portique::inventory
