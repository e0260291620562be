#pragma once

// Names and values that this program and others put beside the fields of the SBOM formats.

#include <string_view>

#include "portique/inventory/sbom/sbom_builder.h"
#include "portique/model/distro.h"
#include "portique/model/image.h"

namespace portique::inventory {

/// Properties of this program, Trivy ("aquasecurity:trivy:SrcName"), Syft ("syft:location:0:path")
/// and CycloneDX's own for npm; others are passed over.
void take_component_property(SbomComponent& component,
                             std::string_view name,
                             std::string_view value);
void take_distro_property(model::Distro& distro, std::string_view name, std::string_view value);
void take_image_property(model::Image& image, std::string_view name, std::string_view value);

/// Parts of Trivy's source version, which it writes apart; to be called after all properties.
class TrivySource {
public:
  /// False if it is another property.
  bool take(std::string_view name, std::string_view value);
  void apply(model::Package& package) const;

private:
  std::string name_;
  std::string version_;
  std::string release_;
  std::string epoch_;
};

/// "version-release" with its epoch, as Trivy's parts of a version stand for.
std::string
join_version(std::string_view epoch, std::string_view version, std::string_view release);

} // namespace portique::inventory
