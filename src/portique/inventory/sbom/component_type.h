#pragma once

// What kind of package a component is that has no package URL.

#include <string>
#include <string_view>

#include "portique/model/package.h"

namespace portique::inventory {

struct SbomComponent;

/// The purl type that Syft's or Trivy's word for a kind of package stands for ("java-archive",
/// "node-pkg", "debian"); "" if it is none of theirs.
std::string_view purl_type_of_word(std::string_view word);

/// Type, namespace, name and version from the component's hint, else from its CPE. The type stays
/// "generic" where nothing tells it.
void name_without_purl(const SbomComponent& component, model::Package& package);

} // namespace portique::inventory
